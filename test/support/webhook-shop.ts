import { inspect } from 'node:util';
import { type DynamicModule, Inject, Injectable, type INestApplication, type LoggerService } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ModulesContainer } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { OttuCardsModule, type OttuCardsOptions } from 'nestjs-ottu-cards';
import type { FakeOttu, FakeWebhook } from 'nestjs-ottu-cards/testing';
import {
  type OttuWebhookHandler,
  OttuWebhooksModule,
  type OttuWebhooksExtras,
  type OttuWebhooksOptions,
  type PaymentEvent,
  type SavedCardEvent,
  type UndeliveredEvent,
} from 'nestjs-ottu-cards/webhooks';
import { closeWithTest } from './application.js';

export const HMAC_KEY = 'obviously-false-hmac-key';

/** Waits short enough for a test; a shop with `timings: 'real'` has the product's own. */
const FAST = {
  answerWithinMs: 5_000,
  queueWithinMs: 4_000,
  secondLookMs: 20,
  retryDelaysMs: [5, 5, 5],
  handlerLimitMs: 20_000,
};

/** What a method does with its next call, instead of taking the event. */
type Act<Event> = (event: Event) => void | Promise<void>;

/** What came to one method of the handler, and how it behaves. */
class Calls<Event> {
  /** Each call, in order. */
  readonly calls: Event[] = [];
  /** Those that it took. */
  readonly events: Event[] = [];
  acts: Act<Event>[] = [];
  /** For calls without an act of their own. */
  always: Act<Event> | undefined;

  async take(event: Event): Promise<void> {
    this.calls.push(event);
    const act = this.acts.shift() ?? this.always;
    await act?.(event);
    this.events.push(event);
  }
}

/** What came out of the webhook: calls of `onSavedCard`, and besides those of `onPayment`. */
export class Inbox extends Calls<SavedCardEvent> {
  readonly payments = new Calls<PaymentEvent>();
  readonly undelivered: UndeliveredEvent[] = [];
  /** Every line that the application logged. */
  readonly log: string[] = [];
}

@Injectable()
class CardsHandler implements OttuWebhookHandler {
  constructor(@Inject(Inbox) private readonly inbox: Inbox) {}

  async onSavedCard(event: SavedCardEvent): Promise<void> {
    await this.inbox.take(event);
  }
}

@Injectable()
class PaymentsHandler implements OttuWebhookHandler {
  constructor(@Inject(Inbox) private readonly inbox: Inbox) {}

  async onPayment(event: PaymentEvent): Promise<void> {
    await this.inbox.payments.take(event);
  }
}

@Injectable()
class BothHandler extends CardsHandler {
  constructor(@Inject(Inbox) private readonly both: Inbox) {
    super(both);
  }

  async onPayment(event: PaymentEvent): Promise<void> {
    await this.both.payments.take(event);
  }
}

const HANDLERS = { cards: CardsHandler, payments: PaymentsHandler, both: BothHandler };

export interface ShopSetup extends Partial<OttuWebhooksOptions>, Partial<Omit<OttuWebhooksExtras, 'handler'>> {
  readonly fake: FakeOttu;
  readonly ottu?: Partial<OttuCardsOptions>;
  /** Which methods the handler has. @default 'cards' */
  readonly handles?: keyof typeof HANDLERS;
  /** `false` leaves the `OttuCardsModule` out. */
  readonly withCards?: boolean;
  /** @default true */
  readonly bodyParser?: boolean;
  /** Of Express' parser. @default '2mb' */
  readonly parserLimit?: string;
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
    private readonly path: string,
  ) {}

  static async start({
    fake,
    ottu,
    handles = 'cards',
    withCards = true,
    bodyParser = true,
    parserLimit = '2mb',
    platform,
    timings = FAST,
    configure,
    ...setup
  }: ShopSetup): Promise<WebhookShop> {
    const inbox = new Inbox();
    const cards = OttuCardsModule.forRoot({ ...fake.options, maxRetries: 0, ...ottu, isGlobal: true });
    const building = Test.createTestingModule({
      imports: [
        ...(withCards ? [cards] : []),
        OttuWebhooksModule.forRoot({
          hmacKey: HMAC_KEY,
          path: 'webhooks/ottu',
          onUndelivered: (undelivered) => void inbox.undelivered.push(undelivered),
          ...setup,
          handler: HANDLERS[handles],
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
        ? module.createNestApplication(new FastifyAdapter(), { logger, bodyParser })
        : raised(
            module.createNestApplication<NestExpressApplication>({ logger, bodyParser }),
            bodyParser && parserLimit,
          );
    configure?.(app);
    await app.listen(0, '127.0.0.1');
    closeWithTest(() => app.close());
    return new WebhookShop(app, inbox, await app.getUrl(), setup.path ?? 'webhooks/ottu');
  }

  get webhookUrl(): string {
    return `${this.url}/${this.path}`;
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

/** Express' own limit is 100 KiB: the guide tells how to raise it. */
function raised(app: NestExpressApplication, limit: string | false): NestExpressApplication {
  return limit === false ? app : app.useBodyParser('json', { limit });
}

/** The module that a handler's dependency comes from. */
function inboxModule(inbox: Inbox): DynamicModule {
  return { module: class InboxModule {}, providers: [{ provide: Inbox, useValue: inbox }], exports: [Inbox] };
}

function linesInto(lines: string[]): LoggerService {
  const write = (...parts: unknown[]): void => void lines.push(parts.map(String).join(' '));
  return { log: write, error: write, warn: write, debug: write, verbose: write, fatal: write };
}

/** What stands behind a mounted webhook, its queue included: as it prints itself, and with all fields of it. */
export function printedProcessor(app: INestApplication): string {
  const providers = [...app.get(ModulesContainer).values()].flatMap((module) => [...module.providers.values()]);
  const processor: unknown = providers.find(({ name }) => name === 'WebhookProcessor')?.instance;
  const depth = { depth: 12, showHidden: true };
  return `${inspect(processor, depth)} ${inspect(processor, { ...depth, customInspect: false })}`;
}
