import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { isIP, Socket } from 'node:net';
import type { buildConnector } from 'undici';
import buildUndiciConnector from 'undici/lib/core/connect.js';
import { withoutPrototype } from '../common/without-prototype.js';
import type { Connect, Connecting } from './connection-pool.js';

/** How to reach an origin: straight, or through a proxy's tunnel. Without time limits: each attempt has its own. */
export function connector(proxy: string | undefined): Connect {
  const connect = buildUndiciConnector(withoutPrototype({ timeout: 0 }));
  const straight: Connect = (target, ready) => {
    const socket: unknown = connect(target, ready);
    if (socket instanceof Socket) return socket;
    throw new TypeError('undici opened no socket');
  };
  return proxy === undefined ? straight : throughTunnel(new URL(proxy), straight);
}

/** Asks the proxy for a tunnel with CONNECT, and speaks TLS in it where the target wants that. */
function throughTunnel(proxy: URL, straight: Connect): Connect {
  const open = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
  return (target, ready) => {
    const request = open(connectRequest(proxy, authorityOf(target)));
    let current: Connecting = request;
    request.once('error', (error) => ready(error, null));
    request.once('connect', ({ statusCode }, socket: Socket) => {
      current = socket;
      if (statusCode !== 200) {
        socket.destroy();
        ready(Object.assign(new Error('the proxy refused'), { code: `PROXY_${statusCode}` }), null);
      } else if (target.protocol === 'https:') {
        socket.on('error', () => undefined); // the TLS socket on top of it reports the same
        current = straight({ ...target, httpSocket: socket }, ready);
      } else ready(null, socket);
    });
    request.end();
    return {
      get destroyed() {
        return current.destroyed;
      },
      destroy: (error) => current.destroy(error),
    };
  };
}

function authorityOf({ hostname, port, protocol }: buildConnector.Options): string {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  return `${host}:${port || (protocol === 'https:' ? 443 : 80)}`;
}

function connectRequest(proxy: URL, authority: string): RequestOptions {
  const credentials = [proxy.username, proxy.password].map(decodeURIComponent).join(':');
  const basic = `Basic ${Buffer.from(credentials).toString('base64')}`;
  const host = proxy.hostname.replaceAll(/[[\]]/g, '');
  return {
    method: 'CONNECT',
    host,
    servername: isIP(host) ? '' : host, // else Node takes that of the header, which is the target's
    port: proxy.port,
    path: authority,
    headers: { host: authority, ...(credentials !== ':' && { 'proxy-authorization': basic }) },
    agent: false,
    // not inherited from a polluted prototype
    hostname: undefined,
    defaultPort: undefined,
    socketPath: undefined,
  };
}
