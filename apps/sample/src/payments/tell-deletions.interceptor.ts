import type { IncomingMessage } from 'node:http';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type Observable, tap } from 'rxjs';
import { customerOf } from '../session/session.guard.js';
import { CardChanges } from './card-changes.js';

/** Stands before the mounted controller: after a delete, the customer's other pages look again. */
@Injectable()
export class TellDeletions implements NestInterceptor {
  constructor(private readonly changes: CardChanges) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<IncomingMessage>();
    if (request.method !== 'DELETE') return next.handle();
    return next.handle().pipe(tap({ complete: () => this.changes.tell(customerOf(request) ?? '') }));
  }
}
