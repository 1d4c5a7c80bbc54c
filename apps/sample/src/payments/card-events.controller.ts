import { Controller, type MessageEvent, Req, Sse, UseGuards } from '@nestjs/common';
import { ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import { minutes, ThrottlerGuard } from '@nestjs/throttler';
import { map, type Observable, takeUntil, timer } from 'rxjs';
import { customerOf, SessionGuard } from '../session/session.guard.js';
import { CardChanges } from './card-changes.js';

/** Then the browser connects anew, and a session that has ended meanwhile is refused. */
const OPEN_FOR_MS = minutes(10);

/** Tells a customer's pages that their cards have changed. The page asks the mounted controller for them. */
@Controller('wallet/events')
@ApiTags('Saved cards')
@ApiCookieAuth()
@UseGuards(SessionGuard, ThrottlerGuard)
export class CardEventsController {
  constructor(private readonly changes: CardChanges) {}

  @Sse()
  events(@Req() request: object): Observable<MessageEvent> {
    return this.changes.of(customerOf(request) ?? '').pipe(
      map(() => ({ type: 'cards', data: 'changed' })),
      takeUntil(timer(OPEN_FOR_MS)),
    );
  }
}
