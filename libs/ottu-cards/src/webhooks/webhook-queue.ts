import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { CardReference } from '../cards/saved-card.js';
import { Deadline } from '../common/deadline.js';
import type { AttemptFailure } from './attempt-failure.js';
import type { PaymentEvent, WebhookMethod } from './webhook-events.js';

/** How much is remembered of events, and for how long. */
export const REMEMBERED = { max: 100_000, ttl: 24 * 60 * 60_000 };

/** The card that a webhook claims, and the signature that it came with. */
export interface CardClaim extends CardReference {
  /** A hash that all webhooks of one signature share. */
  readonly signatureId: string;
}

/** What one method of the handler has to do with one event. */
export interface WebhookJob {
  /** `<event id>-payment` or `<event id>-card`. */
  readonly id: string;
  readonly method: WebhookMethod;
  readonly event: PaymentEvent;
  /** The card to confirm first; for `onSavedCard` alone. */
  readonly claim?: CardClaim | undefined;
}

/** What came of one attempt: the method was called, or rightly was not, or it failed. */
export type JobResult = 'handled' | 'dropped' | AttemptFailure;

/** Does the work of the jobs, for whatever queue holds them. */
export interface WebhookWorker {
  /** Makes one attempt. Never rejects. @param attempts which one it is: 1 for the first */
  attempt(job: WebhookJob, attempts: number): Promise<JobResult>;
  /** Reports that there is no further attempt; settles when `onUndelivered` did. Never rejects. */
  giveUp(job: WebhookJob, failure: AttemptFailure): Promise<void>;
  /** What this process does or has done with the job without the queue; `undefined` where it knows nothing of it. */
  inMemory(job: WebhookJob): Promise<boolean> | undefined;
}

/** Where a webhook is mounted, and what its queue works with. */
export interface WebhookMount {
  readonly path: string;
  /** The name of the `OttuCardsModule` that cards are confirmed with. */
  readonly cards: string | undefined;
  readonly hmacKeys: readonly string[];
  readonly worker: WebhookWorker;
  /** Aborts when the application has no more time. */
  readonly shutdown: AbortSignal;
  readonly logger: Pick<Console, 'log' | 'warn' | 'error'>;
}

/** Holds events outside of this process: `bullQueue()` of `nestjs-ottu-cards/bullmq` makes one. */
export interface WebhookQueue {
  /** What the queue is called for this mount: one queue serves one mount. */
  nameFor(mount: Pick<WebhookMount, 'path' | 'cards'>): string;
  open(mount: WebhookMount): Promise<OpenWebhookQueue>;
}

export interface OpenWebhookQueue {
  /** `false` where the queue could not take them in time: then they are handled in this process. Never rejects. */
  add(jobs: readonly WebhookJob[]): Promise<boolean>;
  /** Lets jobs under way finish until `shutdown` aborts, then closes all connections. Never rejects. */
  close(): Promise<void>;
}

/** The queue of one process: attempt after attempt, until a job is done or given up. */
export class MemoryQueue {
  private readonly done = new LRUCache<string, true>(REMEMBERED);
  private readonly running = new Map<string, Promise<boolean>>();
  private readonly closing = new AbortController();

  constructor(
    private readonly worker: Pick<WebhookWorker, 'attempt' | 'giveUp'>,
    private readonly retryDelaysMs: readonly number[],
    private readonly shutdown: AbortSignal,
    private readonly logger: Pick<Console, 'warn'>,
  ) {}

  /** `true` when the job is done, now or before. A second call meanwhile joins the first. Never rejects. */
  run(job: WebhookJob): Promise<boolean> {
    const found = this.find(job);
    if (found) return found;
    const key = keyOf(job);
    const finished = this.attempts(job).finally(() => this.running.delete(key));
    this.running.set(key, finished);
    return finished;
  }

  find(job: WebhookJob): Promise<boolean> | undefined {
    return this.done.has(job.id) ? Promise.resolve(true) : this.running.get(keyOf(job));
  }

  /** From now on no attempt waits for its time. */
  hurry(): void {
    this.closing.abort();
  }

  /** Settles when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.running.values());
  }

  private async attempts(job: WebhookJob): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      const result = await this.worker.attempt(job, attempt);
      if (result === 'handled') this.done.set(job.id, true);
      if (typeof result === 'string') return true;
      const timeoutMs = this.retryDelaysMs[attempt - 1];
      if (timeoutMs === undefined || result.isFinal) {
        void this.worker.giveUp(job, result); // the answer does not wait for the shop's alarm
        return false;
      }
      this.logger.warn(`Event ${job.event.id}: ${result.text}\nTrying again.`);
      const pause = new Deadline({ timeoutMs, signal: this.closing.signal, shutdown: this.shutdown });
      await new Promise<void>((resolve) => pause.onEnd(resolve));
    }
  }
}

/** With its claim: a replay that names another card must not take the genuine event down with it. */
function keyOf({ id, claim }: WebhookJob): string {
  return claim === undefined ? id : `${id} ${claimId(claim)}`;
}

/** Names a claimed card among those of one signature. */
export function claimId({ signatureId, customerId, token }: CardClaim): string {
  return createHash('sha256')
    .update(JSON.stringify([signatureId, customerId, token]))
    .digest('hex');
}

/** Keeps `work` among what is running until it settles. */
export async function trackedIn<T>(running: Set<Promise<unknown>>, work: Promise<T>): Promise<T> {
  running.add(work);
  return work.finally(() => running.delete(work));
}
