import { type DynamicModule, Inject, Injectable, type INestApplication, type LoggerService } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { OttuCardsModule, type OttuCardsOptions } from 'nestjs-ottu-cards';
import type { FakeOttu, FakeWebhook } from 'nestjs-ottu-cards/testing';
import {
  type CardSavedEvent,
  type OttuCardSavedHandler,
  OttuWebhooksModule,
  type OttuWebhooksExtras,
  type OttuWebhooksOptions,
  type UndeliveredCard,
} from 'nestjs-ottu-cards/webhooks';
import { closeWithTest } from './application.js';

export const HMAC_KEY = 'obviously-false-hmac-key';

/** Waits short enough for a test; a shop with `timings: 'real'` has the product's own. */
const FAST = {
  answerWithinMs: 5_000,
  secondLookMs: 20,
  retryDelaysMs: [5, 5, 5],
  handlerLimitMs: 5_000,
  storeLimitMs: 300,
  leaseMs: 2_000,
  settleMs: 50,
  pollMs: 10,
  shutdownMs: 300,
};

/** What the handler does with its next call, instead of taking the event. */
type Act = (event: CardSavedEvent) => void | Promise<void>;

/** What came out of the webhook, and how the handler behaves. */
export class Inbox {
  /** Each call of the handler, in order. */
  readonly calls: CardSavedEvent[] = [];
  /** Those that it took. */
  readonly events: CardSavedEvent[] = [];
  readonly undelivered: UndeliveredCard[] = [];
  /** Every line that the application logged. */
  readonly log: string[] = [];
  acts: Act[] = [];
  /** For calls without an act of their own. */
  always: Act | undefined;
}

@Injectable()
class InboxHandler implements OttuCardSavedHandler {
  constructor(@Inject(Inbox) private readonly inbox: Inbox) {}

  async onCardSaved(event: CardSavedEvent): Promise<void> {
    this.inbox.calls.push(event);
    const act = this.inbox.acts.shift() ?? this.inbox.always;
    await act?.(event);
    this.inbox.events.push(event);
  }
}

export interface ShopSetup extends Partial<OttuWebhooksOptions>, Partial<Omit<OttuWebhooksExtras, 'handler'>> {
  readonly fake: FakeOttu;
  readonly ottu?: Partial<OttuCardsOptions>;
  readonly platform?: 'express' | 'fastify';
  readonly timings?: Partial<typeof FAST> | 'real';
  /** What an application does between create and listen. */
  readonly configure?: (app: INestApplication) => void;
}

/** A listening application with a webhook, and what came out of it. Ends with the test. */
export class WebhookShop {
  private constructor(
    readonly app: INestApplication,
    readonly inbox: Inbox,
    readonly url: string,
  ) {}

  static async start({ fake, ottu, platform, timings = FAST, configure, ...setup }: ShopSetup): Promise<WebhookShop> {
    const inbox = new Inbox();
    const building = Test.createTestingModule({
      imports: [
        OttuCardsModule.forRoot({ ...fake.options, maxRetries: 0, ...ottu, isGlobal: true }),
        OttuWebhooksModule.forRoot({
          hmacKey: HMAC_KEY,
          path: 'webhooks/ottu',
          onUndelivered: (card) => void inbox.undelivered.push(card),
          ...setup,
          handler: InboxHandler,
          imports: [inboxModule(inbox), ...(setup.imports ?? [])],
        }),
      ],
    });
    const timed =
      timings === 'real'
        ? building
        : building.overrideProvider('OTTU_WEBHOOK_TIMINGS').useValue({ ...FAST, ...timings });
    const module = await timed.compile();
    const logger = linesInto(inbox.log);
    const app =
      platform === 'fastify'
        ? module.createNestApplication(new FastifyAdapter(), { logger })
        : module.createNestApplication({ logger });
    configure?.(app);
    await app.listen(0, '127.0.0.1');
    closeWithTest(() => app.close());
    return new WebhookShop(app, inbox, await app.getUrl());
  }

  get webhookUrl(): string {
    return `${this.url}/webhooks/ottu`;
  }

  /** A payment's `webhookUrl` and `hmacKey`. */
  get payment(): { readonly webhookUrl: string; readonly hmacKey: string } {
    return { webhookUrl: this.webhookUrl, hmacKey: HMAC_KEY };
  }

  /** Posts a body once: an object as JSON, anything else as it is. */
  async post(body: FakeWebhook | string, init: RequestInit = {}): Promise<{ status: number; body: string }> {
    const response = await fetch(this.webhookUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...init,
    });
    return { status: response.status, body: await response.text() };
  }
}

/** The module that a handler's dependency comes from. */
function inboxModule(inbox: Inbox): DynamicModule {
  return { module: class InboxModule {}, providers: [{ provide: Inbox, useValue: inbox }], exports: [Inbox] };
}

function linesInto(lines: string[]): LoggerService {
  const write = (...parts: unknown[]): void => void lines.push(parts.map(String).join(' '));
  return { log: write, error: write, warn: write, debug: write, verbose: write, fatal: write };
}
