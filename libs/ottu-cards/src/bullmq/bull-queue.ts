import { createHmac } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type ConnectionOptions,
  DelayedError,
  type Job,
  type JobsOptions,
  Queue,
  UnrecoverableError,
  Worker,
} from 'bullmq';
import { Deadline } from '../common/deadline.js';
import { Encryption, stretchKey } from '../common/encryption.js';
import { isRecord } from '../common/is-record.js';
import { hasMethods, optional, problemsOf, type Rules } from '../common/rules.js';
import { configProblems } from '../errors/errors.js';
import { AttemptFailure } from '../webhooks/attempt-failure.js';
import {
  claimId,
  type OpenWebhookQueue,
  trackedIn,
  type WebhookJob,
  type WebhookMount,
  type WebhookQueue,
} from '../webhooks/webhook-queue.js';

export interface BullQueueOptions {
  /**
   * As BullMQ takes it, `{ url: 'redis://127.0.0.1:6379' }` for one. Prefer options to a client of your own: a client is
   * yours to close. Redis must run with `maxmemory-policy noeviction`, and with `appendonly yes` to survive its restart.
   */
  readonly connection: ConnectionOptions;
  /**
   * One queue serves one mounted webhook; all instances of the application share it.
   *
   * @default made of the mount's `cards` and `path`
   */
  readonly name?: string | undefined;
}

/** Over two hours: 1, 2, 4, … 4,096 s apart. */
const ATTEMPTS = 14;
const FIRST_DELAY_MS = 1_000;
/** Redis counts as away when it has answered nothing for so long. */
const SILENT_MS = 1_000;
/** How often an event is given that time, for as long as Redis answers. Less than what the processor waits. */
const ADD_ROUNDS = 3;
/** After that, Redis is not asked for a while: what it has not taken would pile up in the client's memory. */
const LEAVE_ALONE_MS = 5_000;
const CLOSE_WITHIN_MS = 100;
/** How long BullMQ waits after a lost connection. A longer time would outlive app.close(). */
const RETRY_MS = 1_000;
/** Under the standard scheme a replay can claim another card, which must not take the place of the genuine one. */
const CARD_SLOTS = ['', '-2', '-3'];

const JOB_OPTIONS: JobsOptions = {
  attempts: ATTEMPTS,
  backoff: { type: 'exponential', delay: FIRST_DELAY_MS },
  removeOnComplete: { age: 24 * 60 * 60 }, // done jobs are kept, without their payload, so that a repeat changes nothing
};

/** What lies in Redis. */
interface StoredJob {
  /** Encrypted; empty once the job is done. */
  readonly payload: string;
  /** Tells claimed cards of one event apart. */
  readonly claim?: string | undefined;
}

type StoredResult = 'handled' | 'dropped';

const OPTIONS: Rules<keyof BullQueueOptions> = {
  connection: (value) =>
    typeof value === 'object' && value !== null
      ? undefined
      : "must be what BullMQ takes as connection, such as { url: 'redis://127.0.0.1:6379' }",
  name: optional((value) =>
    typeof value === 'string' && /^[^:]+$/.test(value)
      ? undefined
      : 'must be a text that is not empty and has no colon',
  ),
};

/**
 * Keeps events in Redis until they are handled, by whichever instance of the application: for `queue` of
 * `OttuWebhooksModule`. Needs `bullmq` and `ioredis`. Payloads are encrypted with keys derived from `hmacKey`.
 *
 * @throws OttuConfigError for options that cannot work
 * @example OttuWebhooksModule.forRoot({ …, queue: bullQueue({ connection: { url: 'redis://127.0.0.1:6379' } }) })
 */
export function bullQueue(options: BullQueueOptions): WebhookQueue {
  const problems = problemsOf(options, OPTIONS);
  if (problems.length > 0) throw configProblems('bullQueue()', problems);
  const { connection, name } = options;
  const nameFor: WebhookQueue['nameFor'] = ({ path, cards }) =>
    name ?? `ottu-webhooks ${encodeURIComponent(cards ?? 'default')} ${encodeURIComponent(path)}`;
  return {
    nameFor,
    open: async (mount) => {
      const keys = mount.hmacKeys.map((key) => stretchKey(key, 'webhook queue'));
      return new BullQueue(nameFor(mount), connection, mount, keys);
    },
  };
}

/** BullMQ waits five seconds after a lost connection before it looks for stalled jobs again: a process could not end. */
class ShortWaitWorker extends Worker<StoredJob, StoredResult> {
  protected override checkConnectionError<T>(look: () => Promise<T>): Promise<T | undefined> {
    return super.checkConnectionError(look, RETRY_MS);
  }
}

class BullQueue implements OpenWebhookQueue {
  /** Not printed: both hold keys. */
  readonly #mount: WebhookMount;
  readonly #keys: readonly Buffer[];
  private readonly queue: Queue<StoredJob, StoredResult>;
  private readonly worker: Worker<StoredJob, StoredResult>;
  private readonly encryption: Encryption;
  /** What this worker is doing. */
  private readonly active = new Set<Promise<unknown>>();
  /** Redis is left alone until then; `undefined` while it answers. */
  private awayUntil: number | undefined;
  /** When an add had its last answer. */
  private answeredAt = -Infinity;
  private isClosing = false;
  /** A client instead of options: the shop's to close. */
  private readonly isShopsClient: boolean;

  constructor(name: string, connection: ConnectionOptions, mount: WebhookMount, keys: readonly Buffer[]) {
    this.#mount = mount;
    this.#keys = keys;
    this.isShopsClient = hasMethods(connection, 'duplicate', 'disconnect');
    const [first, ...others] = keys;
    if (first === undefined) throw new Error('There is no hmacKey.');
    this.encryption = new Encryption(first, ...others);
    this.queue = new Queue(name, { connection, defaultJobOptions: JOB_OPTIONS });
    this.worker = new ShortWaitWorker(name, async (job, token) => trackedIn(this.active, this.process(job, token)), {
      connection,
      concurrency: 20,
      maxStalledCount: 20, // BullMQ's default of 1 fails a job whose instance ends twice
      lockDuration: 15_000, // another instance gets the jobs of one that has ended after this time and the next
      stalledInterval: 5_000,
      drainDelay: 3, // in seconds: BullMQ holds the process for so long, and a second, when Redis has gone
      runRetryDelay: RETRY_MS,
    });
    this.queue.on('error', (error) => this.noteAway(codeOf(error)));
    this.worker.on('error', (error) => this.noteAway(codeOf(error)));
    this.worker.on('failed', (job) => void this.reportStalled(job));
  }

  async add(jobs: readonly WebhookJob[]): Promise<boolean> {
    if (this.isClosing || Date.now() < (this.awayUntil ?? 0)) return false;
    const payloads = new Set<string>();
    const adding = this.addAll(jobs, payloads);
    try {
      if (await this.isTaken(adding)) {
        this.noteAnswer();
        return true;
      }
      void adding.then(async () => this.takeBack(jobs, payloads)).catch(() => undefined);
      this.noteAway('no answer in time', LEAVE_ALONE_MS);
    } catch (error) {
      this.noteAway(codeOf(error) ?? 'an error', LEAVE_ALONE_MS);
    }
    return false;
  }

  async close(): Promise<void> {
    const { worker, queue } = this;
    this.isClosing = true;
    const done = async (): Promise<unknown> => Promise.allSettled(this.active);
    await worker.pause(true).catch(() => undefined);
    await Deadline.race({ timeoutMs: 60_000, shutdown: this.#mount.shutdown }, done);
    // Jobs that the shutdown has ended are handed back; then the connections go, whether Redis answers or not.
    await Deadline.race({ timeoutMs: CLOSE_WITHIN_MS }, done);
    await Deadline.race({ timeoutMs: CLOSE_WITHIN_MS }, () => Promise.allSettled([worker.close(true), queue.close()]));
    if (this.isShopsClient) return;
    void worker.disconnect().catch(() => undefined);
    void queue.disconnect().catch(() => undefined);
  }

  /** Waits for as long as Redis answers: a busy process is late to read its answers, which are no reason to leave it. */
  private async isTaken(adding: Promise<void>): Promise<boolean> {
    for (let round = 0; round < ADD_ROUNDS; round += 1) {
      if (await Deadline.race({ timeoutMs: SILENT_MS }, () => adding)) return true;
      await nextTurn(); // timers come first: what has arrived meanwhile is read only now
      if (performance.now() - this.answeredAt > SILENT_MS) break;
    }
    return Promise.race([adding.then(() => true), nextTurn(false)]);
  }

  /** @param payloads gets each payload that is sent to Redis: all of them differ */
  private async addAll(jobs: readonly WebhookJob[], payloads: Set<string>): Promise<void> {
    await this.queue.addBulk(jobs.map((job) => this.stored(job, '', payloads)));
    this.answeredAt = performance.now();
    await Promise.all(jobs.map(async (job) => this.place(job, payloads)));
    this.answeredAt = performance.now();
  }

  /** Adding an id again changes nothing: a job that has failed is retried, one of another card leaves its place. */
  private async place(job: WebhookJob, payloads: Set<string>): Promise<void> {
    const claims = this.claimsOf(job);
    for (const slot of CARD_SLOTS) {
      if (slot !== '') await this.queue.addBulk([this.stored(job, slot, payloads)]);
      const found = await this.queue.getJob(job.id + slot);
      if (found === undefined) return; // done, and removed since
      const { claim } = dataOf(found);
      if (claim === undefined || claims.includes(claim)) return this.revive(found);
      if (found.returnvalue === 'handled') break;
    }
    this.#mount.logger.warn(
      `Dropped a saved card: event ${job.event.id} has come with another card that Ottu lists, or with three others. It may be a replay.`,
    );
  }

  private async revive(job: Job<StoredJob, StoredResult>): Promise<void> {
    if (job.finishedOn === undefined || !(await job.isFailed())) return;
    try {
      await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
    } catch (error) {
      if (await job.isFailed()) throw error; // else another delivery was faster
    }
  }

  /** Redis has taken jobs that this process handles already. Those that lay there before are not this process' to remove. */
  private async takeBack(jobs: readonly WebhookJob[], payloads: ReadonlySet<string>): Promise<void> {
    this.noteAnswer();
    for (const id of jobs.flatMap((job) => CARD_SLOTS.map((slot) => job.id + slot))) {
      const job = await this.queue.getJob(id);
      const isOurs = job !== undefined && job.finishedOn === undefined && payloads.has(dataOf(job).payload ?? '');
      if (isOurs) await this.queue.remove(id); // nothing where a worker has it
    }
  }

  private async process(job: Job<StoredJob, StoredResult>, token: string | undefined): Promise<StoredResult> {
    if (dataOf(job).payload === '') return 'handled'; // by an instance that ended before it could say so
    const work = this.read(job);
    if (work === undefined) {
      this.#mount.logger.error(`No hmacKey opens job ${job.id}: it stays among the failed jobs of ${job.queueName}.`);
      throw new UnrecoverableError('no hmacKey opens it');
    }
    const isDone = (await this.#mount.worker.inMemory(work)) === true;
    const result = isDone ? 'handled' : await this.#mount.worker.attempt(work, job.attemptsMade + 1);
    if (typeof result === 'string') {
      await job.updateData({ ...job.data, payload: '' }).catch(() => undefined); // it ends with the job a day later
      return result;
    }
    if (result.reason === 'shutdown') {
      await job.moveToDelayed(Date.now() + FIRST_DELAY_MS, token);
      throw new DelayedError(); // for another instance, and not counted as an attempt
    }
    if (!result.isFinal && job.attemptsMade + 1 < ATTEMPTS) {
      this.#mount.logger.warn(`Event ${work.event.id}: ${result.text}\nTrying again.`);
      throw result;
    }
    await this.#mount.worker.giveUp(work, result);
    throw Object.assign(new UnrecoverableError(result.message), { stack: result.stack });
  }

  /** BullMQ itself fails a job whose instances have ended too often. */
  private async reportStalled(job: Job<StoredJob, StoredResult> | undefined): Promise<void> {
    const work = job?.deferredFailure === undefined ? undefined : this.read(job);
    if (work) await this.#mount.worker.giveUp(work, new AttemptFailure(work.method, 'stalled'));
  }

  private stored(job: WebhookJob, slot: string, payloads: Set<string>) {
    const jobId = job.id + slot;
    const payload = this.encryption.encrypt(jobId, job);
    payloads.add(payload);
    const [claim] = this.claimsOf(job);
    return { name: job.method, data: { payload, claim }, opts: { jobId } };
  }

  private read(job: Job<StoredJob, StoredResult>): WebhookJob | undefined {
    const work = this.encryption.decrypt(job.id ?? '', dataOf(job).payload);
    return isWebhookJob(work) ? work : undefined;
  }

  /** The claimed card under each key: the first is stored, every one is known again. */
  private claimsOf({ claim }: WebhookJob): string[] {
    if (claim === undefined) return [];
    return this.#keys.map((key) => createHmac('sha256', key).update(claimId(claim)).digest('base64url'));
  }

  /** Warns once until Redis answers again. */
  private noteAway(why: string | undefined, leaveAloneMs = 0): void {
    if (why === undefined || this.isClosing) return;
    if (this.awayUntil === undefined) {
      this.#mount.logger.warn(
        `Redis does not take webhooks (${why}): until it does, they are handled in this process, as without a queue.`,
      );
    }
    this.awayUntil = Math.max(this.awayUntil ?? 0, Date.now() + leaveAloneMs);
  }

  private noteAnswer(): void {
    if (this.awayUntil !== undefined) this.#mount.logger.log('Redis takes webhooks again.');
    this.awayUntil = undefined;
  }
}

/** What lies in Redis can be anything. */
function dataOf(job: Job<StoredJob, StoredResult>): Partial<StoredJob> {
  return isRecord(job.data) ? job.data : {};
}

/** What this library has encrypted is what it was: only the shape tells it from nothing. */
function isWebhookJob(value: unknown): value is WebhookJob {
  return isRecord(value) && typeof value['id'] === 'string' && isRecord(value['event']);
}

/** Such as `ECONNREFUSED`: the message would tell the address. */
function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code : undefined;
}
