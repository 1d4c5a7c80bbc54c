import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, type MessageEvent, Req, Res, Sse, UseGuards } from '@nestjs/common';
import { ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import { minutes, ThrottlerGuard } from '@nestjs/throttler';
import { map, type Observable, startWith, takeUntil, timer } from 'rxjs';
import { SessionGuard, sessionOf } from '../session/session.guard.js';
import { CardChanges } from './card-changes.js';

/** Then the browser connects anew, and a session that has ended meanwhile is refused. */
const OPEN_FOR_MS = minutes(10);

/** Tells a customer's pages that their cards have changed. The page asks the mounted controller for them. */
@Controller('wallet/events')
@ApiTags('Wallet cards')
@ApiCookieAuth()
@UseGuards(SessionGuard, ThrottlerGuard)
export class CardEventsController {
  constructor(private readonly changes: CardChanges) {}

  /** The first event names the session, because a page cannot read the headers of a stream. */
  @Sse()
  events(
    @Req() request: IncomingMessage,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Observable<MessageEvent> {
    const { socket } = request;
    response.once('finish', () => socket.destroySoon()); // kept alive, it would hold a shop that closes for seconds
    const { id = '', customerId = '' } = sessionOf(request) ?? {};
    return this.changes.of(customerId).pipe(
      map(() => ({ type: 'cards', data: 'changed' })),
      startWith({ type: 'session', data: id }),
      takeUntil(timer(OPEN_FOR_MS)),
    );
  }
}
