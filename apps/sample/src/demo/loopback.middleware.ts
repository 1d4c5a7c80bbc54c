import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Answers only who asked for this machine by a name of its own: a foreign name that points to 127.0.0.1 (DNS rebinding)
 * would give the page behind it this shop's login.
 */
export function loopbackOnly({ headers }: IncomingMessage, response: ServerResponse, next: () => void): void {
  const { host = '' } = headers;
  if (URL.canParse(`http://${host}`) && isLoopback(new URL(`http://${host}`).hostname)) return next();
  response.statusCode = 421;
  response.end('This demo answers on 127.0.0.1 and localhost only.\n');
}

export function isLoopback(host: string): boolean {
  return ['localhost', '::1', '[::1]'].includes(host) || /^127(\.\d{1,3}){3}$/.test(host);
}
