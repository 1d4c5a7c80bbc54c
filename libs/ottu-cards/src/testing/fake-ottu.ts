import { once, setMaxListeners } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OttuEnv } from '../cards/cards.wire.js';
import { sampleCards } from './builders.js';
import { answerAsOttu, type FakeCard, FakeCards } from './fake-cards.wire.js';
import { checkOut, type FakePaymentOutcome, type FakeWebhookTravel } from './fake-checkout.js';
import type { FakePayment } from './fake-payments.wire.js';

/** An answer of your own in place of the fake's; what is absent stays as it would have been. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string or bytes go out as they are, anything else as JSON. */
  readonly body?: unknown;
  /** How long to wait before answering, in milliseconds. */
  readonly delayMs?: number;
  /** Cuts the connection instead of answering. */
  readonly hangUp?: boolean;
}

/** What arrived, byte by byte, and what it was answered. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  /** Filled in when the answer has gone out. */
  answered?: { readonly status: number; readonly body: string };
}

/** Obviously false, in the shape of a private key. */
const FAKE_KEY = 'fakefake.00000000000000000000000000000000';

/** A real HTTP server on loopback that behaves like Ottu's User Cards API. Works under any test runner. */
export class FakeOttu {
  /** The one private key it accepts. */
  readonly apiKey = FAKE_KEY;
  /** Every request so far, in order of arrival. */
  readonly received: ReceivedRequest[] = [];

  private readonly cards = new FakeCards();
  private readonly script: ScriptedAnswer[] = [];
  private standing: ScriptedAnswer | undefined;
  private readonly stopping = new AbortController();
  private readonly server = createServer((request, response) => {
    this.serve(request, response).catch(() => response.destroy());
  });

  /** Listens on 127.0.0.1, on a free port unless one is given. */
  static async start({ port = 0 }: { readonly port?: number } = {}): Promise<FakeOttu> {
    const fake = new FakeOttu();
    fake.server.listen(port, '127.0.0.1');
    await once(fake.server, 'listening');
    return fake;
  }

  private constructor() {
    setMaxListeners(0, this.stopping.signal); // one for each delayed answer
  }

  get url(): string {
    const address = this.server.address();
    if (!isAddressInfo(address)) throw new Error('FakeOttu is not running: it was stopped.');
    return `http://127.0.0.1:${address.port}`;
  }

  /** What `OttuCardsModule.forRoot()` needs to talk to this fake. */
  get options(): { readonly apiKey: string; readonly env: 'sandbox'; readonly baseUrl: string } {
    return { apiKey: this.apiKey, env: 'sandbox', baseUrl: this.url };
  }

  /**
   * Saves a card for its customer, or replaces that customer's card with the same token; `unknownFields` are sent along
   * with it.
   *
   * @returns the card without an id, which the library makes: compare with `toMatchObject`
   */
  save(card: FakeCard, env: OttuEnv = 'sandbox', unknownFields: Readonly<Record<string, unknown>> = {}): FakeCard {
    return this.cards.save(card, env, unknownFields);
  }

  /** Saves one card of every kind: preferred, expired, expiring, without brand and number, locked by an agreement. */
  saveSamples(customerId: string, env: OttuEnv = 'sandbox'): FakeCard[] {
    return sampleCards(customerId).map((card) => this.save(card, env, { random_field_1: 'unknown to this library' }));
  }

  /** What the customer has saved now. */
  cardsOf(customerId: string, env: OttuEnv = 'sandbox'): FakeCard[] {
    return this.cards.of(customerId, env);
  }

  /**
   * Pays as this customer, with a new card or an old one, and posts the signed webhook; settles when it was delivered, or
   * cannot be.
   *
   * @example await fake.pay({ customerId: 'customer-1', webhookUrl: `${url}/webhooks/ottu`, hmacKey: 'obviously-false' })
   */
  async pay(payment: FakePayment & FakeWebhookTravel, env: OttuEnv = 'sandbox'): Promise<FakePaymentOutcome> {
    return checkOut(payment, {
      save: (card) => this.save(card, env),
      of: (customerId) => this.cardsOf(customerId, env),
    });
  }

  /** Answers the next request so; called again, the one after it. */
  next(answer: ScriptedAnswer): void {
    this.script.push(answer);
  }

  /** Answers every request so that has no answer of its own, until called without one. */
  always(answer?: ScriptedAnswer): void {
    this.standing = answer;
  }

  /** Forgets cards, requests and scripted answers. */
  reset(): void {
    this.cards.clear();
    this.received.length = 0;
    this.script.length = 0;
    this.standing = undefined;
  }

  /** Ends at once: connections are cut and delayed answers are never given. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: target = '', headers, rawHeaders } = request;
    const entry: ReceivedRequest = { method, target, headers, rawHeaders, body: await text(request) };
    this.received.push(entry);
    const scripted = this.script.shift() ?? this.standing ?? {};
    if (scripted.delayMs !== undefined) await sleep(scripted.delayMs, undefined, { signal: this.stopping.signal });
    if (scripted.hangUp === true) return void response.destroy();
    const own =
      scripted.status === undefined
        ? answerAsOttu(entry, { cards: this.cards, apiKey: this.apiKey })
        : { status: scripted.status };
    const body = encode('body' in scripted ? scripted.body : 'body' in own ? own.body : undefined);
    response.writeHead(own.status, {
      ...(body.length > 0 && { 'content-type': 'application/json' }),
      ...scripted.headers,
    });
    response.end(body);
    entry.answered = { status: own.status, body: body.toString() };
    return undefined;
  }
}

function encode(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(JSON.stringify(body));
}

function isAddressInfo(address: unknown): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
