import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { SessionService } from './session.service.js';

const customers = new WeakMap<object, string>();

/** The customer whom `SessionGuard` let through with this request. */
export function customerOf(request: object): string | undefined {
  return customers.get(request);
}

/** Lets signed-in customers through, and nobody else. */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(private readonly sessions: SessionService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<IncomingMessage>();
    const customerId = await this.sessions.customerOf(request, http.getResponse<ServerResponse>());
    if (customerId === undefined) throw new UnauthorizedException();
    customers.set(request, customerId);
    return true;
  }
}
