import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { closeWithTest } from './application.js';

/** A CONNECT proxy on loopback that ends with the test and records each tunnel it was asked for. */
export async function startConnectProxy(answer: 'tunnel' | 'refuse' = 'tunnel') {
  const tunnels: { target: string; authorization: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer((_, response) => response.writeHead(501).end());

  proxy.on('connection', (socket) => sockets.add(socket));
  proxy.on('connect', (request, client: Socket, head: Buffer) => {
    tunnels.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] });
    if (answer === 'refuse') return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const { hostname, port } = new URL(`http://${request.url}`);
    const upstream = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [upstream, client]) socket.on('error', () => [upstream, client].map((it) => it.destroy()));
    sockets.add(upstream);
    return undefined;
  });

  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  closeWithTest(async () => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
    await once(proxy, 'close');
  });
  const address = proxy.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy does not listen');
  return { url: `http://127.0.0.1:${address.port}`, tunnels };
}
