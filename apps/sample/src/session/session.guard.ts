import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { type Session, SessionService } from './session.service.js';

const admitted = new WeakMap<object, Session>();

/** The session that `SessionGuard` let through with this request. */
export function sessionOf(request: object): Session | undefined {
  return admitted.get(request);
}

/** The customer whom `SessionGuard` let through with this request. */
export function customerOf(request: object): string | undefined {
  return sessionOf(request)?.customerId;
}

/** Lets signed-in customers through, and nobody else. */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(private readonly sessions: SessionService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<IncomingMessage>();
    const session = await this.sessions.of(request, http.getResponse<ServerResponse>());
    if (session === undefined) throw new UnauthorizedException();
    admitted.set(request, session);
    return true;
  }
}
