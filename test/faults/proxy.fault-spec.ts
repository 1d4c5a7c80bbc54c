import { closeWithTest } from '../support/application.js';
import { eventually } from '../support/eventually.js';
import { leaksIn, leaksOf } from '../support/leaks.js';
import { open, Proxy, refuse, through, type Tunnel } from './proxy.js';
import { RawServer } from './raw-server.js';
import { answer, cards, silence } from './replies.js';
import { useRawServer } from './setup.js';
import { type Shop, startShop } from './shop.js';
import { trustTestAuthority } from './trust.js';

const server = useRawServer('trusted');
let proxy: Proxy;

beforeEach(async () => {
  proxy = await Proxy.start();
});

async function shopBehindProxy(timeoutMs = 6_000): Promise<Shop> {
  trustTestAuthority();
  return startShop(server.url, { proxy: proxy.url.replace('//', '//user:p%40ss@'), timeoutMs });
}

it('carries calls through one tunnel, and shows the proxy its own credentials, never the key', async () => {
  server.answer(cards);
  const shop = await shopBehindProxy();
  for (let call = 0; call < 3; call += 1) expect(await shop.call('list')).toMatchObject({ ending: 'cards' });
  const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
  expect(proxy.connects).toEqual([{ target: `127.0.0.1:${server.port}`, authorization }]);
  expect(server.requests.filter(({ text }) => /proxy-authorization/i.test(text))).toEqual([]);
});

it.each<[route: string, proxyOptions: Parameters<typeof Proxy.start>[0], targetHost: string | undefined]>([
  ['an https proxy', { certificate: 'trusted' }, undefined],
  ['an IPv6 proxy', { host: '::1' }, undefined],
  ['a proxy to an IPv6 target', {}, '::1'],
])('carries calls through %s', async (_route, proxyOptions, targetHost) => {
  trustTestAuthority();
  const target = new RawServer(undefined, targetHost);
  await target.listen();
  closeWithTest(() => target.stop());
  target.answer(cards);
  const other = await Proxy.start(proxyOptions);
  const shop = await startShop(target.url, { proxy: other.url });
  expect(await shop.call('list')).toMatchObject({ ending: 'cards' });
  expect(await shop.call('list')).toMatchObject({ ending: 'cards' });
  expect(other.connects.map((it) => it.target)).toEqual([new URL(target.url).host]);
});

it.each(['127.0.0.1', 'localhost'])(
  'checks the certificate of an https proxy on %s against that host, and the one of Ottu against its own',
  async (host) => {
    trustTestAuthority();
    const ottu = new RawServer('wrong-host');
    await ottu.listen();
    closeWithTest(() => ottu.stop());
    ottu.answer(cards);
    const other = await Proxy.start({ certificate: 'trusted' });
    other.tunnel = (client, { port }) => through(client, { host: '127.0.0.1', port });
    const options = { proxy: other.url.replace('127.0.0.1', host) };
    const shop = await startShop(ottu.url.replace('127.0.0.1', 'elsewhere.invalid'), options);
    expect(await shop.call('list')).toMatchObject({ ending: 'cards' });
    expect(other.connects).toMatchObject([{ target: `elsewhere.invalid:${ottu.port}` }]);
  },
);

it('follows no redirect in a tunnel, and bears no larger answer', async () => {
  const shop = await shopBehindProxy();
  server.answer(answer(307, '', { Location: `${server.url}/elsewhere` }), answer(200, `[${' '.repeat(2 ** 20)}]`));
  expect(await shop.call('list')).toMatchObject({ result: { message: expect.stringContaining('is a redirect') } });
  expect(await shop.call('list')).toMatchObject({ result: { message: expect.stringContaining('larger than 1 MiB') } });
  expect(server.requests).toHaveLength(2);
});

it('ends a call that is aborted while its retry connects anew', async () => {
  const shop = await shopBehindProxy();
  server.answer(cards, (socket) => socket.destroy());
  await shop.call('list');
  proxy.tunnel = () => undefined;
  const controller = new AbortController();
  const call = shop.call('list', { signal: controller.signal });
  await eventually(() => proxy.connects.length, 2);
  controller.abort(new Error('left'));
  expect(await call).toMatchObject({ result: { message: 'left' } });
  await eventually(() => proxy.sockets.size + server.sockets.size, 0);
  proxy.tunnel = through;
  server.answer(cards);
  expect(await shop.call('list')).toMatchObject({ ending: 'cards' });
});

describe.each<[fault: string, tunnel: Tunnel, attempts: number, code: string]>([
  ['refuses the credentials', refuse('407 Proxy Authentication Required'), 1, 'PROXY_407'],
  ['forbids the host', refuse('403 Forbidden'), 1, 'PROXY_403'],
  ['reaches nobody', refuse('502 Bad Gateway'), 3, 'PROXY_502'],
  ['closes without an answer', (client) => client.end(), 3, 'ECONNRESET'],
  ['resets without an answer', (client) => client.resetAndDestroy(), 3, 'ECONNRESET'],
  ['answers what is not HTTP', (client) => client.write('SSH-2.0-OpenSSH_9.2\r\n\r\n'), 3, 'HPE_INVALID_CONSTANT'],
  ['opens a tunnel that leads nowhere', open((client) => client.end()), 3, 'ECONNRESET'],
])('a proxy that %s', (_fault, tunnel, attempts, code) => {
  it(`ends a call after ${attempts} with ${code}, and leaves no socket`, async () => {
    const shop = await shopBehindProxy();
    proxy.tunnel = tunnel;
    const { result, ending, output } = await shop.call('delete');
    expect(ending).toBe('OttuUnavailableError');
    expect(result).toMatchObject({ attempts, retryable: attempts > 1, message: expect.stringContaining(`(${code})`) });
    expect(proxy.connects).toHaveLength(attempts);
    expect(await leaksOf(result)).toEqual([]);
    expect(leaksIn({ output })).toEqual([]);
    await eventually(() => proxy.sockets.size, 0);
    expect(server.requests).toEqual([]);
  });
});

it.each<[fault: string, tunnel: Tunnel]>([
  ['says nothing', () => undefined],
  ['opens a tunnel in which nobody speaks', open(() => undefined)],
])('lets go of a proxy that %s', async (_fault, tunnel) => {
  const shop = await shopBehindProxy(900);
  proxy.tunnel = tunnel;
  expect(await shop.call('delete')).toMatchObject({ ending: 'OttuTimeoutError', result: { attempts: 3 } });
  await eventually(() => proxy.sockets.size, 0);
});

it('closes every tunnel with the application', async () => {
  const shop = await shopBehindProxy();
  server.answer(cards, silence);
  await shop.call('list');
  expect(proxy.sockets.size).toBe(1);
  await shop.context.close();
  await eventually(() => proxy.sockets.size + server.sockets.size, 0);
});

it('lets go of the tunnel of a call that is aborted', async () => {
  const shop = await shopBehindProxy();
  server.answer(silence);
  const controller = new AbortController();
  const call = shop.call('list', { signal: controller.signal });
  await eventually(() => server.requests.length, 1);
  controller.abort(new Error('left'));
  expect(await call).toMatchObject({ result: { message: 'left' } });
  await eventually(() => proxy.sockets.size + server.sockets.size, 0);
});
