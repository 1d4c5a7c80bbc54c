import { setTimeout as delay } from 'node:timers/promises';
import axios from 'axios';
import { OttuUnavailableError } from 'nestjs-ottu-cards';
import { cardCache } from 'nestjs-ottu-cards/cache';
import { Proxy } from './proxy.js';
import { cards, deleted } from './replies.js';
import { useRawServer } from './setup.js';
import { startShop } from './shop.js';

const server = useRawServer();

/** What a freshly booted application sends for a list and a delete, byte for byte. */
async function bytesOnTheWire(proxy?: string): Promise<string[]> {
  server.reset();
  server.answer(cards, deleted);
  const shop = await startShop(server.url, { proxy, timeoutMs: 2_000 });
  expect(await shop.call('list')).toMatchObject({ ending: 'cards' });
  expect(await shop.call('delete')).toMatchObject({ ending: 'done' });
  return server.requests.map(({ text }) => text);
}

describe("the application's axios.defaults", () => {
  const original = { ...axios.defaults, headers: { ...axios.defaults.headers, common: axios.defaults.headers.common } };

  afterEach(() => {
    for (const name of Object.keys(axios.defaults)) Reflect.deleteProperty(axios.defaults, name);
    Object.assign(axios.defaults, original);
  });

  it.each<[name: string, value: unknown]>([
    [
      'headers',
      { common: { 'Content-Type': 'text/plain', Cookie: 'sid=1', 'Accept-Encoding': 'gzip' }, delete: { A: 'b' } },
    ],
    ['signal', AbortSignal.abort()],
    ['timeout', 1],
    ['transformRequest', [() => 'changed']],
    ['transformResponse', [() => 'changed']],
    ['params', { customer_id: 'other' }],
    ['paramsSerializer', { serialize: () => 'changed' }],
    ['baseURL', 'http://127.0.0.1:9'],
    ['url', '/elsewhere'],
    ['data', 'changed'],
    ['auth', { username: 'a', password: 'b' }],
    ['adapter', () => Promise.reject(new Error('not this one'))],
    ['cancelToken', axios.CancelToken.source().token],
    ['freshConnection', true],
    ['attempt', { freshConnection: true }],
  ])('%s does not reach a request', async (name, value) => {
    const clean = await bytesOnTheWire();
    Object.assign(axios.defaults, { [name]: value });
    expect(await bytesOnTheWire()).toEqual(clean);
  });
});

describe('a polluted Object.prototype', () => {
  const POLLUTION = {
    socketPath: '/nowhere.sock',
    hostname: '203.0.113.1',
    defaultPort: 9,
    query: { customer_id: 'other' },
    localAddress: '203.0.113.1',
    status: 200,
    retryAfter: '77',
    timeoutMs: 1,
    body: ['changed'],
  };

  afterEach(() => {
    for (const name of Object.keys(POLLUTION)) Reflect.deleteProperty(Object.prototype, name);
  });

  it.each(['no proxy', 'a proxy'])('diverts no request with %s', async (route) => {
    const proxy = route === 'a proxy' ? (await Proxy.start()).url : undefined;
    const clean = await bytesOnTheWire(proxy);
    Object.assign(Object.getPrototypeOf({}), POLLUTION);
    expect(await bytesOnTheWire(proxy)).toEqual(clean);
  });

  it('gives no answer to a call that had none', async () => {
    const shop = await startShop('http://127.0.0.1:9', { maxRetries: 0 });
    Object.assign(Object.getPrototypeOf({}), POLLUTION);
    const { result } = await shop.call('list');
    if (!OttuUnavailableError.is(result)) throw new Error('no such error');
    expect([Object.getOwnPropertyDescriptor(result, 'status'), result.retryAfterMs]).toEqual([undefined, undefined]);
  });

  it('does not shorten what a delete waits for a cache', async () => {
    server.reset();
    server.answer(deleted);
    const done: string[] = [];
    const store = {
      get: () => Promise.resolve(undefined),
      set: () => delay(100).then(() => done.push('set')),
      delete: () => delay(100).then(() => done.push('delete')),
    };
    const shop = await startShop(server.url, { cache: cardCache({ store }) });
    Object.assign(Object.getPrototypeOf({}), { timeoutMs: 1 });
    expect(await shop.call('delete')).toMatchObject({ ending: 'done' });
    expect(done.toSorted()).toEqual(['delete', 'set']);
  });
});
