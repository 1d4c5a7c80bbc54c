import type { IncomingMessage } from 'node:http';
import { type CanActivate, type ExecutionContext, ForbiddenException, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** For what no page sends and something else proves, such as a webhook by its signature. */
export const FromElsewhere = Reflector.createDecorator<void, true>({ transform: () => true });

/**
 * Refuses what another site makes a customer's browser send. Browsers say truthfully where a request comes from, and
 * no script can change it: `Sec-Fetch-Site`, or `Origin` in older ones. A change that says neither is no browser's.
 */
@Injectable()
export class SameOriginGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const { method = '', headers } = context.switchToHttp().getRequest<IncomingMessage>();
    if (READS.has(method) || this.reflector.get(FromElsewhere, context.getClass())) return true;
    const site = headers['sec-fetch-site'];
    const isOurs = site === undefined ? isSameHost(headers.origin, headers.host) : site === 'same-origin';
    if (!isOurs) throw new ForbiddenException('This request did not come from a page of this shop.');
    return true;
  }
}

function isSameHost(origin: string | undefined, host: string | undefined): boolean {
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}
