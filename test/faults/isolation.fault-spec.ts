import axios from 'axios';
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
});
