import { type LineLogger, logLine } from './log-line.js';

/** How a failed attempt may be repeated. */
export type Retry =
  | 'never'
  /** At once: the server had closed a kept-alive connection. A second time in one call it counts as `backoff`. */
  | 'immediately'
  /** After a pause, but only once in a call. */
  | 'once'
  /** After a pause that grows. */
  | 'backoff'
  /** After the pause that `Retry-After` asks for, else as `backoff`. */
  | 'retry-after'
  /** The same, but without `Retry-After` never sooner than after a second. */
  | 'too-many-requests';

const BASE_MS = 200;
const MAX_BACKOFF_MS = 2_000;
const TOO_MANY_REQUESTS_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;

/**
 * How long to wait before the next attempt; `undefined` for no further one.
 *
 * @param earlier how often, and in which ways, this call has been repeated so far
 * @param retryAfterMs what the server asked for, where it did
 * @param random from 0 to 1
 */
export function retryDelayMs(
  retry: Retry,
  earlier: readonly Retry[],
  retryAfterMs: number | undefined,
  random: number,
): number | undefined {
  const backoffMs = random * Math.min(MAX_BACKOFF_MS, BASE_MS * 2 ** earlier.length);
  switch (retry) {
    case 'never':
      return undefined;
    case 'once':
      return earlier.includes('once') ? undefined : backoffMs;
    case 'immediately':
      return earlier.includes('immediately') ? backoffMs : 0;
    case 'backoff':
      return backoffMs;
    case 'retry-after':
    case 'too-many-requests':
      if (retryAfterMs === undefined) return (retry === 'too-many-requests' ? TOO_MANY_REQUESTS_MS : 0) + backoffMs;
      return retryAfterMs > LONGEST_WAIT_MS ? undefined : retryAfterMs * (1 + random / 10);
  }
}

/** Whether the `Retry-After` of such a failure holds for all calls, not for this one alone. */
export function holdsForAllCalls(retry: Retry): boolean {
  return retry === 'retry-after' || retry === 'too-many-requests';
}

const FULL_BUDGET = 10;
const EARNED_PER_SUCCESS = 0.1;

/** Keeps an outage from tripling the load: each retry costs a token, ten successes earn one, ten are the most. */
export class RetryBudget {
  private tokens = FULL_BUDGET;

  /** Takes a token; `false` when there is none. */
  spend(): boolean {
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  earn(): void {
    // rounded, or a hundred tenths would be less than ten
    this.tokens = Math.min(FULL_BUDGET, Math.round((this.tokens + EARNED_PER_SUCCESS) * 10) / 10);
  }
}

const PROBE_EVERY_MS = 5 * 60_000;

interface Pause {
  readonly until: number;
  readonly nextProbe: number;
}

/**
 * After Ottu asked for a pause too long to wait for, further calls fail here instead of there, until the pause is over
 * or any other answer shows that it is. One call every five minutes is let through to see. All times are those of one
 * clock that never jumps.
 */
export class RateLimitGate {
  private pause: Pause | undefined;

  constructor(private readonly logger: Pick<LineLogger, 'log' | 'warn'>) {}

  /** The milliseconds that the pause still lasts; `undefined` when there is none. */
  remainingMs(now: number): number | undefined {
    return this.pause && now < this.pause.until ? this.pause.until - now : undefined;
  }

  /** The milliseconds that a call would have to wait; `undefined` would let it through. Changes nothing. */
  peekMs(now: number): number | undefined {
    return this.pause && now < this.pause.nextProbe ? this.remainingMs(now) : undefined;
  }

  /** As `peekMs`, for a call that is sent right after it: this may spend the probe. */
  waitMs(now: number): number | undefined {
    const waitMs = this.peekMs(now);
    if (this.pause === undefined || waitMs !== undefined) return waitMs;
    if (now >= this.pause.until) this.open();
    else this.pause = { ...this.pause, nextProbe: now + PROBE_EVERY_MS };
    return undefined;
  }

  /** Of two pauses the longer one holds: nobody comes back earlier than he was asked to. */
  close(forMs: number, now: number): void {
    if (this.pause === undefined) this.logger.warn(logLine('gate-closed', { forMs }));
    this.pause = { until: Math.max(now + forMs, this.pause?.until ?? 0), nextProbe: now + PROBE_EVERY_MS };
  }

  /** Any answer but a request for a pause shows that calls are welcome again. */
  onResponse(status: number): void {
    if (status !== 429 && status !== 503) this.open();
  }

  /** Ends the pause, where there is one. */
  open(): void {
    if (this.pause === undefined) return;
    this.pause = undefined;
    this.logger.log(logLine('gate-opened'));
  }
}
