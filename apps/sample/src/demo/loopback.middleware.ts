import type { IncomingMessage, ServerResponse } from 'node:http';
import { WEBHOOK_PATH } from '../payments/webhook-path.js';

/**
 * Answers only requests to a name of this machine. A foreign name that points to 127.0.0.1 (DNS rebinding) would give
 * the page behind it this shop's login. Webhooks come through a tunnel with a foreign name, and open no session.
 */
export function loopbackOnly(
  { method, url = '', headers }: IncomingMessage,
  response: ServerResponse,
  next: () => void,
): void {
  const { host = '' } = headers;
  if (URL.canParse(`http://${host}`) && isLoopback(new URL(`http://${host}`).hostname)) return next();
  if (method === 'POST' && url.split('?')[0] === `/${WEBHOOK_PATH}`) return next();
  response.writeHead(421, { 'content-type': 'text/plain' });
  response.end('This demo answers on 127.0.0.1 and localhost only.\n');
}

export function isLoopback(host: string): boolean {
  return ['localhost', '::1', '[::1]'].includes(host) || /^127(\.\d{1,3}){3}$/.test(host);
}
