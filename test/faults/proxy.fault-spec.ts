import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { closeAll } from '../support/application.js';
import { eventually } from '../support/eventually.js';
import { leaksIn, leaksOf } from '../support/leaks.js';
import { RawServer } from './raw-server.js';
import { cards, silence } from './replies.js';
import { restore, type Shop, startShop } from './shop.js';
import { trustTestAuthority } from './trust.js';

type Tunnel = (client: Socket, port: number) => void;

/** An egress proxy that does with each CONNECT as told. */
class Proxy {
  readonly sockets = new Set<Socket>();
  readonly connects: { readonly target: string; readonly authorization: string | undefined }[] = [];
  tunnel: Tunnel = through;
  private readonly server: Server = createServer();

  async start(): Promise<this> {
    this.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    this.server.on('connect', ({ url = '', headers }, client: Socket) => {
      client
        .on('error', () => undefined)
        .on('end', () => client.destroy())
        .resume();
      this.connects.push({ target: url, authorization: headers['proxy-authorization'] });
      this.tunnel(client, Number(url.split(':').at(-1)));
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get url(): string {
    const address: AddressInfo | string | null = this.server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

let server: RawServer;
let proxy: Proxy;

beforeEach(async () => {
  server = await RawServer.start('trusted');
  proxy = await new Proxy().start();
});
afterEach(closeAll);
afterEach(restore);
afterEach(async () => {
  await proxy.stop();
  await server.stop();
});

async function shopBehindProxy(timeoutMs = 6_000): Promise<Shop> {
  trustTestAuthority();
  return startShop(server.url, { proxy: proxy.url.replace('//', '//user:p%40ss@'), timeoutMs });
}

it('carries calls through one tunnel', async () => {
  server.answer(cards);
  const shop = await shopBehindProxy();
  for (let call = 0; call < 3; call += 1) expect(await shop.call('list')).toMatchObject({ ending: 'cards' });
  const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
  expect(proxy.connects).toEqual([{ target: `127.0.0.1:${server.port}`, authorization }]);
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
  const shop = await shopBehindProxy(450);
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

function through(client: Socket, port: number): void {
  const target = connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
  target.on('error', () => client.destroy()).on('close', () => client.destroy());
  client.on('close', () => target.destroy());
  client.pipe(target).pipe(client);
}

function refuse(status: string): Tunnel {
  return (client) => void client.write(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
}

function open(then: (client: Socket) => unknown): Tunnel {
  return (client) => void client.write('HTTP/1.1 200 OK\r\n\r\n', () => void then(client));
}
