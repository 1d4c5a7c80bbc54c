import { Logger, type Provider } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { UserCardsService } from '../cards/user-cards.service.js';
import { getUserCardsToken } from '../cards/user-cards.token.js';
import type { OttuCardSavedHandler } from './card-saved.event.js';
import { CardSavedRuns } from './card-saved.runs.js';
import { EventLeases } from './event-leases.js';
import { GuardedStore } from './guarded-store.js';
import type { GivenExtras } from './ottu-webhooks.options.js';
import { ResolvedWebhooksOptions } from './ottu-webhooks.resolved-options.js';
import { SeenEvents } from './seen-events.js';
import { WEBHOOK_TIMINGS, type WebhookTimings } from './timings.js';
import { UnparsedBodies } from './unparsed-bodies.js';
import { hurryController } from './waiting.js';
import { WebhookIntake } from './webhook-intake.js';

/** The injection token of the options as they were given: override it in tests. */
export const OTTU_WEBHOOKS_OPTIONS = 'OTTU_WEBHOOKS_OPTIONS';

/** The shop's handler, under a name that cannot meet another provider of the same class. */
export const OTTU_CARD_SAVED_HANDLER = 'OTTU_CARD_SAVED_HANDLER';
const TIMINGS = 'OTTU_WEBHOOK_TIMINGS';

/** The providers of one mounted webhook, from its options to the place where requests come in. */
export function webhooksPlumbing(extras: GivenExtras): Provider[] {
  const { handler, cards, path = '' } = extras;
  const cardsToken = getUserCardsToken(cards);
  const logger = new Logger('OttuWebhooks');
  return [
    {
      provide: ResolvedWebhooksOptions,
      inject: [OTTU_WEBHOOKS_OPTIONS, OTTU_CARD_SAVED_HANDLER, { token: cardsToken, optional: true }],
      useFactory: (options: unknown, made: unknown, service: unknown) =>
        new ResolvedWebhooksOptions({ options, extras, handler: made, hasCards: service !== undefined }),
    },
    { provide: TIMINGS, useValue: WEBHOOK_TIMINGS },
    typeof handler === 'function'
      ? { provide: OTTU_CARD_SAVED_HANDLER, useClass: handler }
      : { provide: OTTU_CARD_SAVED_HANDLER, useValue: null },
    {
      provide: CardSavedRuns,
      inject: [ResolvedWebhooksOptions, TIMINGS, OTTU_CARD_SAVED_HANDLER, { token: cardsToken, optional: true }],
      useFactory: (
        options: ResolvedWebhooksOptions,
        timings: WebhookTimings,
        made: OttuCardSavedHandler,
        service: UserCardsService,
      ) => runsOf({ options, timings, handler: made, cards: service, logger }),
    },
    {
      provide: WebhookIntake,
      inject: [ResolvedWebhooksOptions, TIMINGS, CardSavedRuns],
      useFactory: (options: ResolvedWebhooksOptions, { answerWithinMs }: WebhookTimings, runs: CardSavedRuns) =>
        new WebhookIntake(options, runs, answerWithinMs, logger),
    },
    {
      provide: UnparsedBodies,
      inject: [HttpAdapterHost],
      useFactory: (host: HttpAdapterHost) => new UnparsedBodies(host, path),
    },
  ];
}

interface RunsParts {
  readonly options: ResolvedWebhooksOptions;
  readonly timings: WebhookTimings;
  readonly handler: OttuCardSavedHandler;
  readonly cards: UserCardsService;
  readonly logger: Logger;
}

function runsOf({ options: { store, onUndelivered }, timings, handler, cards, logger }: RunsParts): CardSavedRuns {
  const closing = hurryController();
  const guarded = store && new GuardedStore(store, timings.storeLimitMs, logger);
  const context = {
    cards,
    handler,
    onUndelivered,
    timings,
    logger,
    closing: closing.signal,
    secondLookMs: timings.secondLookMs,
    seen: new SeenEvents(guarded),
    leases: new EventLeases(guarded, timings, closing.signal),
  };
  return new CardSavedRuns(context, closing, guarded);
}
