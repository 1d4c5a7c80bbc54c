import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { OttuCallTrace } from 'nestjs-ottu-cards';
import { FakeOttu } from 'nestjs-ottu-cards/testing';
import type { OttuWebhookTrace } from 'nestjs-ottu-cards/webhooks';
import { WEBHOOK_PATH } from '../payments/webhook-path.js';
import { type Exchange, redacted, type ShownExchange } from './redacted.js';
import { watchWire } from './wire-watch.js';

interface Row {
  readonly id: number;
  readonly at: number;
  readonly cause: string;
  readonly exchanges: Exchange[];
  readonly handled: OttuWebhookTrace[];
  call?: OttuCallTrace | undefined;
  /** The status that the shop answered a webhook with. */
  answered?: number;
  endedAt?: number;
}

/** A row of the page at /dev: a call of the library, or a webhook. */
export interface ShownRow {
  readonly id: number;
  readonly at: number;
  /** What made the shop ask Ottu; `webhook` for a webhook itself. */
  readonly cause: string;
  /** `null` for a webhook. */
  readonly operation: string | null;
  /** Requests sent. */
  readonly attempts: number;
  /** `null` while it goes on. */
  readonly ms: number | null;
  readonly status: number | null;
  readonly source: 'ottu' | 'cache' | 'shared' | 'held back';
  readonly error: string | null;
  readonly handled: readonly OttuWebhookTrace[];
  readonly exchanges: readonly (ShownExchange & { readonly why: string })[];
}

/** How many rows are kept. */
const KEPT = 30;

const CAUSES: readonly (readonly [method: string, path: RegExp, cause: string])[] = [
  ['GET', /^\/wallet\/cards\/?$/, 'page view'],
  ['GET', /^\/checkout\/?$/, 'offer at checkout'],
  ['DELETE', /^\/wallet\/cards\//, 'delete by a customer'],
  ['POST', new RegExp(`^/${WEBHOOK_PATH}/?$`), 'webhook'],
];

/** What has happened between this shop and Ottu, and why: each call of the library, and each webhook. */
@Injectable()
export class Activity implements OnApplicationShutdown {
  private rows: Row[] = [];
  private nextId = 1;
  private readonly callRows = new WeakMap<object, Row>();
  /** The call that is under way in this async context. */
  private readonly call = new AsyncLocalStorage<Row>();
  /** What the shop is answering in this async context. */
  private readonly visit = new AsyncLocalStorage<{ readonly cause: string; readonly webhook: Row | undefined }>();
  private readonly stopWatching: () => void;

  constructor(@Inject(FakeOttu) fake: FakeOttu) {
    const calls = tracingChannel<unknown, OttuCallTrace>('nestjs-ottu-cards:call');
    calls.start.bindStore(this.call, (trace) => this.callStarted(trace));
    calls.asyncEnd.subscribe(this.callEnded);
    const handlers = tracingChannel<unknown, OttuWebhookTrace>('nestjs-ottu-cards:webhook');
    handlers.asyncEnd.subscribe(this.handled);
    const stopWire = watchWire(fake.url, (exchange) => this.sent(exchange));
    this.stopWatching = () => {
      calls.start.unbindStore(this.call);
      calls.asyncEnd.unsubscribe(this.callEnded);
      handlers.asyncEnd.unsubscribe(this.handled);
      stopWire();
    };
  }

  /** Remembers while a request of the shop is answered what it is for. */
  during({ method = '', url = '' }: IncomingMessage, response: ServerResponse, next: () => void): void {
    const [path = ''] = url.split('?');
    const [, , cause] = CAUSES.find((it) => it[0] === method && it[1].test(path)) ?? [];
    if (cause === undefined) return next();
    const webhook = cause === 'webhook' ? this.add(cause) : undefined;
    if (webhook !== undefined) {
      response.once('close', () => Object.assign(webhook, { answered: response.statusCode, endedAt: Date.now() }));
    }
    return this.visit.run({ cause, webhook }, next);
  }

  /** The latest first. */
  shown(): ShownRow[] {
    return this.rows.map(shown).toReversed();
  }

  forget(): void {
    this.rows = [];
  }

  onApplicationShutdown(): void {
    this.stopWatching();
  }

  private add(cause: string, call?: OttuCallTrace): Row {
    const row: Row = { id: this.nextId++, at: Date.now(), cause, call, exchanges: [], handled: [] };
    this.rows = [...this.rows, row].slice(-KEPT);
    return row;
  }

  private callStarted(trace: OttuCallTrace): Row {
    const cause = this.visit.getStore()?.cause ?? 'nobody asked';
    const row = this.add(cause, trace);
    this.callRows.set(trace, row);
    return row;
  }

  private readonly callEnded = (trace: unknown): void => {
    const row = isObject(trace) ? this.callRows.get(trace) : undefined;
    if (row !== undefined) row.endedAt = Date.now();
  };

  private readonly handled = (trace: unknown): void => {
    if (!isWebhookTrace(trace)) return;
    const { scheme, result, method, outcome, attempts } = trace;
    const row = this.visit.getStore()?.webhook ?? this.add('webhook from the queue');
    row.handled.push({ scheme, result, method, outcome, attempts });
    row.endedAt ??= Date.now();
  };

  private sent(exchange: Exchange): void {
    this.call.getStore()?.exchanges.push(exchange);
  }
}

function shown({ id, at, cause, call, exchanges, handled, answered, endedAt }: Row): ShownRow {
  const isHeldBack = call?.error === 'OttuRateLimitError' && call.attempts === 0;
  return {
    id,
    at,
    cause,
    operation: call?.operation ?? null,
    attempts: call?.attempts ?? 0,
    ms: endedAt === undefined ? null : endedAt - at,
    status: answered ?? call?.status ?? null,
    source: isHeldBack ? 'held back' : (call?.source ?? 'ottu'),
    error: call?.error ?? null,
    handled,
    exchanges: exchanges.map((exchange) => ({ ...redacted(exchange), why: whyOf(exchange, call) })),
  };
}

/** A delete begins with the customer's own list: the id of another customer's card is not in it. */
function whyOf({ method }: Exchange, call: OttuCallTrace | undefined): string {
  return call?.operation === 'delete' && method === 'POST' ? 'check of ownership' : '';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isWebhookTrace(trace: unknown): trace is OttuWebhookTrace {
  return isObject(trace) && 'scheme' in trace && 'outcome' in trace;
}
