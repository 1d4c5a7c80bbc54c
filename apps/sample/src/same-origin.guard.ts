import type { IncomingMessage } from 'node:http';
import { type CanActivate, type ExecutionContext, ForbiddenException, Injectable } from '@nestjs/common';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses what another site makes a customer's browser send. Browsers say truthfully where a request comes from, and
 * no script can change it: `Sec-Fetch-Site`, or `Origin` in older ones. A change that says neither is no browser's.
 */
@Injectable()
export class SameOriginGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { method = '', headers } = context.switchToHttp().getRequest<IncomingMessage>();
    if (READS.has(method)) return true;
    const site = headers['sec-fetch-site'];
    const isOurs = site === undefined ? isSameHost(headers.origin, headers.host) : site === 'same-origin';
    if (!isOurs) throw new ForbiddenException('This request did not come from a page of this shop.');
    return true;
  }
}

function isSameHost(origin: string | undefined, host: string | undefined): boolean {
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}
