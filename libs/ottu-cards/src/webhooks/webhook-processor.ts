import type { BeforeApplicationShutdown, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { SavedCard } from '../cards/saved-card.js';
import type { UserCardsService } from '../cards/user-cards.service.js';
import { Deadline } from '../common/deadline.js';
import type { ShutdownClock } from '../common/shutdown.js';
import { AttemptFailure, described } from './attempt-failure.js';
import { CardConfirmation } from './card-confirmation.js';
import type { CheckedWebhooksOptions } from './ottu-webhooks.options.js';
import type { OttuWebhookHandler, UndeliveredEvent, WebhookMethod } from './webhook-events.js';
import { traceHandler } from './tracing.js';
import {
  type JobResult,
  MemoryQueue,
  type OpenWebhookQueue,
  REMEMBERED,
  trackedIn,
  type WebhookJob,
  type WebhookMount,
  type WebhookWorker,
} from './webhook-queue.js';
import { verifySignature } from './webhook-signature.wire.js';
import { type GenuineWebhook, readWebhook } from './webhook.wire.js';

/** Different events that one signature can make where it names no payment: a replay can change the session. */
const MAX_SESSIONS = 3;
/** More than the clock of the shutdown gives: a timer that keeps the process running until it has ended. */
const CLOSE_WITHIN_MS = 10_000;
/** At the very end of a shutdown, for an `onUndelivered` that was called just before. */
const LAST_REPORTS_MS = 250;

/** How long each step of an event may take, or waits, in milliseconds. */
export const WEBHOOK_TIMINGS = {
  /** The answer goes out in this time, done or not: Ottu waits 15 s, and we promise 10. */
  answerWithinMs: 9_500,
  /** A queue that has not taken an event by then has failed: longer than `bullQueue` takes. */
  queueWithinMs: 4_000,
  /** From the look that did not find the card to the next one. */
  secondLookMs: 2_000,
  /** Before each further attempt after a failed one. */
  retryDelaysMs: [1_000, 3_000, 9_000],
  /** After it, a handler that has not settled counts as hanging; so does `onUndelivered`. */
  handlerLimitMs: 60_000,
};

/** From a parsed body to the handler, or to `onUndelivered`. */
export class WebhookProcessor
  implements WebhookWorker, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  /** Not printed: they hold the keys. */
  readonly #options: CheckedWebhooksOptions;
  private readonly memory: MemoryQueue;
  private readonly confirmation: CardConfirmation | undefined;
  private readonly confirmed = new WeakMap<WebhookJob, SavedCard>();
  /** The event ids of each signature that names no payment. */
  private readonly sessions = new LRUCache<string, Set<string>>(REMEMBERED);
  /** Webhooks on their way to the queue, or through the handler. */
  private readonly received = new Set<Promise<unknown>>();
  /** Calls of `onUndelivered` under way. */
  private readonly reports = new Set<Promise<unknown>>();
  private queue: OpenWebhookQueue | undefined;

  /** @param userCards needed for `onSavedCard` alone */
  constructor(
    options: CheckedWebhooksOptions,
    private readonly handler: OttuWebhookHandler,
    private readonly timings: typeof WEBHOOK_TIMINGS,
    private readonly clock: ShutdownClock,
    private readonly logger: WebhookMount['logger'],
    userCards: UserCardsService | undefined,
  ) {
    this.#options = options;
    this.memory = new MemoryQueue(this, timings.retryDelaysMs, clock.signal, logger);
    this.confirmation = userCards && new CardConfirmation(userCards, timings.secondLookMs, logger);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { clock, logger } = this;
    const { path, cards, hmacKeys, queue } = this.#options;
    this.queue = await queue?.open({ path, cards, hmacKeys, worker: this, shutdown: clock.signal, logger });
  }

  /**
   * Verifies a body and hands it on; settles within `answerWithinMs`.
   *
   * @returns why it is not taken; `undefined` when it is handled, or safe in the queue, or nothing that the handler takes
   */
  async receive(payload: Readonly<Record<string, unknown>>): Promise<'invalid_signature' | 'not_handled' | undefined> {
    const verified = verifySignature(payload, this.#options.hmacKeys);
    const webhook = verified && readWebhook(payload, verified);
    if (webhook === undefined) {
      this.logger.warn('Refused a webhook: its signature proves nothing under any scheme with hmacKey.');
      return 'invalid_signature';
    }
    const jobs = this.jobsOf(webhook);
    if (jobs.length === 0) return undefined;
    const handling = trackedIn(this.received, this.handle(jobs));
    const handled = await Deadline.race({ timeoutMs: this.timings.answerWithinMs }, () => handling);
    return handled?.value === true ? undefined : 'not_handled';
  }

  inMemory(job: WebhookJob): Promise<boolean> | undefined {
    return this.memory.find(job);
  }

  async attempt(job: WebhookJob, attempts: number): Promise<JobResult> {
    const { method, event } = job;
    try {
      const card = await this.confirm(job);
      if (method === 'onSavedCard' && card === undefined) return 'dropped';
      const { handler } = this;
      const call = () => (card ? handler.onSavedCard?.({ ...event, card }) : handler.onPayment?.(event));
      await traceHandler(job, attempts, () => this.within(method, 'handler', call));
      return 'handled';
    } catch (error) {
      return error instanceof AttemptFailure ? error : new AttemptFailure(method, 'handler', error);
    }
  }

  async giveUp(job: WebhookJob, failure: AttemptFailure): Promise<void> {
    const { method, event } = job;
    const { reason, original: error } = failure;
    this.logger.error(
      `Event ${event.id} was not handled (${reason}), and Ottu does not send it again: ${failure.text}`,
    );
    const card = this.confirmed.get(job);
    await trackedIn(this.reports, this.report({ event: card ? { ...event, card } : event, method, reason, error }));
  }

  /** Only starts the clock: webhooks still come in until the HTTP server has closed. */
  beforeApplicationShutdown(): void {
    this.clock.start();
    this.memory.hurry();
  }

  async onApplicationShutdown(): Promise<void> {
    const closed = this.closeQueue();
    const settled = async (): Promise<void> => {
      await Promise.all(this.received); // one that waits for the queue may yet come to the memory
      await Promise.all([this.memory.settled(), closed]);
    };
    await Deadline.race({ timeoutMs: CLOSE_WITHIN_MS, shutdown: this.clock.signal }, settled);
    await Deadline.race({ timeoutMs: LAST_REPORTS_MS }, async () => {
      await settled(); // what the end of the clock has ended is reported only now
      await Promise.all(this.reports);
    });
  }

  /** Never rejects. */
  private async handle(jobs: readonly WebhookJob[]): Promise<boolean> {
    if (await this.isQueued(jobs)) return true;
    // The payment's part decides the answer: Ottu would not send the event again for the sake of the card.
    const [decides = false] = jobs.map((job) => this.memory.run(job));
    return decides;
  }

  /** Whether the queue has the jobs; `false` too where it fails in any way. */
  private async isQueued(jobs: readonly WebhookJob[]): Promise<boolean> {
    const { queue, logger, timings } = this;
    if (queue === undefined) return false;
    try {
      const limits = { timeoutMs: timings.queueWithinMs, shutdown: this.clock.signal };
      const added = await Deadline.race(limits, () => queue.add(jobs));
      if (added === undefined) logger.warn('The queue did not take an event in time: this process handles it.');
      return added?.value === true;
    } catch (error) {
      logger.warn(`The queue failed to take an event with ${described(error)}: this process handles it.`);
      return false;
    }
  }

  private async closeQueue(): Promise<void> {
    try {
      await this.queue?.close();
    } catch (error) {
      this.logger.warn(`The queue failed to close with ${described(error)}.`);
    }
  }

  private jobsOf(webhook: GenuineWebhook): WebhookJob[] {
    const { handler, logger } = this;
    const { event, card, signatureId } = webhook;
    if (!this.isAdmitted(webhook)) {
      logger.warn(
        'Ignored a webhook: its signature has come with three other sessions in 24 hours. It may be a replay.',
      );
      return [];
    }
    const jobs: WebhookJob[] = [];
    if (handler.onPayment) jobs.push({ id: `${event.id}-payment`, method: 'onPayment', event });
    if (!handler.onSavedCard || event.result !== 'success' || card === 'none') return jobs;
    if (card === 'unreadable') {
      logger.warn(`Dropped a saved card: in event ${event.id} its token or its customer id cannot be one of Ottu’s.`);
      return jobs;
    }
    return [...jobs, { id: `${event.id}-card`, method: 'onSavedCard', event, claim: { ...card, signatureId } }];
  }

  private isAdmitted({ signatureId, event }: GenuineWebhook): boolean {
    if (event.id === signatureId) return true; // something signed names the payment
    const ids = this.sessions.get(signatureId) ?? new Set<string>();
    if (!ids.has(event.id) && ids.size >= MAX_SESSIONS) return false;
    this.sessions.set(signatureId, ids.add(event.id));
    return true;
  }

  /** Asks Ottu until it has listed the card; `undefined` where it does not, and for a payment. @throws AttemptFailure */
  private async confirm(job: WebhookJob): Promise<SavedCard | undefined> {
    const { method, claim } = job;
    const { confirmation } = this;
    if (claim === undefined || confirmation === undefined) return undefined;
    const ask = (limit: Deadline): Promise<SavedCard | undefined> => confirmation.confirm(claim, limit);
    const card = this.confirmed.get(job) ?? (await this.within(method, 'confirmation', ask));
    if (card) this.confirmed.set(job, card);
    return card;
  }

  /** @throws AttemptFailure with `reason` where `step` throws */
  private async within<T>(
    method: WebhookMethod,
    reason: 'handler' | 'confirmation',
    step: (limit: Deadline) => T | PromiseLike<T>,
  ): Promise<T> {
    const { timings, clock } = this;
    const limits = { timeoutMs: timings.handlerLimitMs, shutdown: clock.signal, ref: false };
    const settled = await Deadline.race(limits, step).catch((error: unknown) => {
      throw new AttemptFailure(method, reason, error);
    });
    if (settled) return settled.value;
    throw new AttemptFailure(method, clock.signal.aborted ? 'shutdown' : 'hanging');
  }

  /** Never rejects. */
  private async report(undelivered: UndeliveredEvent): Promise<void> {
    const { timings, logger } = this;
    const { id } = undelivered.event;
    try {
      const limits = { timeoutMs: timings.handlerLimitMs, ref: false };
      const settled = await Deadline.race(limits, () => this.#options.onUndelivered?.(undelivered));
      if (settled === undefined) logger.error(`onUndelivered did not settle in time for event ${id}.`);
    } catch (error) {
      logger.error(`onUndelivered failed for event ${id} with ${described(error)}.`);
    }
  }
}
