import { once } from 'node:events';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { closeWithTest } from '../support/application.js';
import { certificateOf } from './raw-server.js';

/** What a proxy does with a CONNECT. */
export type Tunnel = (client: Socket, target: { readonly host: string; readonly port: number }) => void;

/** An egress proxy that does with each CONNECT as told. */
export class Proxy {
  readonly sockets = new Set<Socket>();
  readonly connects: { readonly target: string; readonly authorization: string | undefined }[] = [];
  tunnel: Tunnel = through;

  /** One that ends with the test. @param certificate a name from `certificates/`: speaks TLS with it */
  static async start({
    certificate,
    host = '127.0.0.1',
  }: { certificate?: string; host?: string } = {}): Promise<Proxy> {
    const pem = certificate === undefined ? undefined : certificateOf(certificate);
    const server = pem === undefined ? createHttpServer() : createHttpsServer({ cert: pem, key: pem });
    const proxy = new Proxy(server, pem === undefined ? 'http' : 'https');
    server.listen(0, host);
    await once(server, 'listening');
    closeWithTest(() => proxy.stop());
    return proxy;
  }

  private constructor(
    private readonly server: Server,
    private readonly scheme: string,
  ) {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.on('connect', ({ url = '', headers }, client: Socket) => {
      client
        .on('error', () => undefined)
        .on('end', () => client.destroy())
        .resume();
      this.connects.push({ target: url, authorization: headers['proxy-authorization'] });
      const { hostname, port } = new URL(`http://${url}`);
      this.tunnel(client, { host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port) });
    });
  }

  get url(): string {
    const address: AddressInfo | string | null = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy is not listening');
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return `${this.scheme}://${host}:${address.port}`;
  }

  private async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** A tunnel to where the client wants. */
export const through: Tunnel = (client, target) => {
  const upstream = connect(target.port, target.host, () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
  upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
  client.on('close', () => upstream.destroy());
  client.pipe(upstream).pipe(client);
};

/** An answer instead of a tunnel. */
export function refuse(status: string): Tunnel {
  return (client) => void client.write(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
}

/** A tunnel that leads nowhere. */
export function open(then: (client: Socket) => unknown): Tunnel {
  return (client) => void client.write('HTTP/1.1 200 OK\r\n\r\n', () => void then(client));
}
