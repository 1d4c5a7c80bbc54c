import { types } from 'node:util';
import { Deadline } from '../common/deadline.js';
import { isRecord } from '../common/is-record.js';
import { type LineLogger, logLine } from './log-line.js';
import type { OttuOperation } from './ottu-call.js';

/**
 * As much of a limiter as is used: each limiter of rate-limiter-flexible, such as `RateLimiterRedis` or
 * `RateLimiterPostgres`, is one.
 */
export interface OttuLimiter {
  /**
   * Takes one point before each request to Ottu.
   *
   * @param key the origin of the merchant's Ottu account, such as `https://pay.shop.example`; never a customer
   * @param points 1
   * @param options what the request is for, so that a limiter can keep a reserve for deletes
   * @throws an `Error` when it cannot tell, and the request is sent; anything else when nothing is left, and it is not
   *   sent: `msBeforeNext` then says when to try again
   */
  consume(key: string, points: number, options: { readonly operation: OttuOperation }): Promise<unknown>;
}

/** The limiter has nothing left. */
export interface LimitReached {
  readonly retryAfterMs: number | undefined;
}

/** A limiter that takes longer is failing: nobody waits for it. */
const SLOW_MS = 1_000;

/** Asks the application's limiter for leave. A limiter that fails limits nothing: that is logged once, until it works again. */
export class LimiterCheck {
  private failed = false;

  constructor(
    private readonly limiter: OttuLimiter,
    private readonly key: string,
    private readonly logger: Pick<LineLogger, 'log' | 'warn'>,
  ) {}

  /** Waits until the end of the call, one second at most. @returns why nothing may be sent now; `undefined` lets it go out */
  async ask(operation: OttuOperation, deadline: Deadline): Promise<LimitReached | undefined> {
    try {
      const asked = await Deadline.race({ timeoutMs: SLOW_MS, ref: false }, () =>
        deadline.race(() => this.limiter.consume(this.key, 1, { operation })),
      );
      if (!asked) this.noteResult('slow');
      else if (asked.value) this.noteResult(undefined); // else the call has ended first
      return undefined;
    } catch (reason) {
      const refusal = refusalOf(reason);
      this.noteResult(refusal ? undefined : 'error');
      return refusal;
    }
  }

  private noteResult(failure: 'slow' | 'error' | undefined): void {
    const failed = failure !== undefined;
    if (failed === this.failed) return;
    this.failed = failed;
    if (failed) this.logger.warn(logLine('limiter-failed', { reason: failure }));
    else this.logger.log(logLine('limiter-works'));
  }
}

/** What rate-limiter-flexible rejects with when nothing is left is no `Error`; `undefined` for everything that fails. */
function refusalOf(reason: unknown): LimitReached | undefined {
  try {
    if (types.isNativeError(reason) || reason instanceof Error) return undefined;
    const ms = isRecord(reason) ? reason['msBeforeNext'] : undefined;
    return { retryAfterMs: typeof ms === 'number' && ms >= 0 && Number.isFinite(ms) ? Math.ceil(ms) : undefined };
  } catch {
    return undefined; // a reason that cannot be looked at
  }
}
