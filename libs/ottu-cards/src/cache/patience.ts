import { OttuTimeoutError } from '../errors/errors.js';

interface Limits {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** One caller's own deadline and signal, whomever it shares a request with. */
export class Patience {
  private readonly over: Promise<never>;
  private timer: NodeJS.Timeout | undefined;
  private onAbort: (() => void) | undefined;

  constructor(private readonly limits: Limits) {
    const { signal, timeoutMs } = limits;
    this.over = new Promise((_, reject) => {
      this.timer = setTimeout(() => reject(timedOut(timeoutMs)), timeoutMs);
      this.onAbort = () => reject(signal?.reason);
      if (signal?.aborted) this.onAbort();
      else signal?.addEventListener('abort', this.onAbort, { once: true });
    });
    this.over.catch(nothing); // nobody may be waiting when it ends
  }

  /** How long this caller waits altogether, in milliseconds. */
  get timeoutMs(): number {
    return this.limits.timeoutMs;
  }

  /** Waits for `work`, no longer than this caller does: rejects with `signal.reason` or an `OttuTimeoutError` of its own. */
  race<T>(work: T | Promise<T>): Promise<T> {
    return Promise.race([work, this.over]);
  }

  /** Lets go of the timer and of the caller's signal. */
  release(): void {
    clearTimeout(this.timer);
    if (this.onAbort) this.limits.signal?.removeEventListener('abort', this.onAbort);
  }
}

function timedOut(timeoutMs: number): OttuTimeoutError {
  return new OttuTimeoutError(`No answer from Ottu to a list of saved cards within ${timeoutMs} ms (timeoutMs).`, {
    attempts: 1, // the shared request knows how many there were, and lives on
  });
}

function nothing(): void {
  // the caller has its own answer by now
}
