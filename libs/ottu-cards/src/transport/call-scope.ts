import { watchAbort } from './abort-watch.js';

/** Why a call ended before its answer. */
type Ending = 'deadline' | 'caller' | 'shutdown';

/** Everything that may end a call early: its deadline, its caller's signal, the application's shutdown. */
export class CallScope {
  ending: Ending | undefined;

  private interrupt: (() => void) | undefined;
  private readonly endsAt: number;
  private readonly timer: NodeJS.Timeout;
  private readonly unwatch: (() => void) | undefined;

  constructor(
    readonly timeoutMs: number,
    signal: AbortSignal | undefined,
  ) {
    this.endsAt = performance.now() + timeoutMs;
    this.timer = setTimeout(() => this.end('deadline'), timeoutMs);
    if (signal?.aborted) this.end('caller');
    else if (signal) this.unwatch = watchAbort(signal, () => this.end('caller'));
  }

  get remainingMs(): number {
    return Math.max(0, this.endsAt - performance.now());
  }

  end(why: Ending): void {
    this.ending ??= why;
    this.interrupt?.();
  }

  /** Waits for one step of the call; when the call ends, `interrupt` must make the step settle. */
  async during<T>(step: Promise<T>, interrupt: () => void): Promise<T> {
    this.interrupt = interrupt;
    if (this.ending) interrupt();
    try {
      return await step;
    } finally {
      this.interrupt = undefined;
    }
  }

  /** Waits for `ms`, or until the call ends. */
  async sleep(ms: number): Promise<void> {
    let wake = nothing;
    const slept = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    await this.during(slept, wake);
  }

  /** Takes a step and waits for it or for the end of the call, whichever comes first; `undefined` for the latter. */
  async race<T>(step: () => Promise<T>): Promise<T | undefined> {
    if (this.ending) return undefined;
    let stop = nothing;
    const ended = new Promise<undefined>((resolve) => {
      stop = () => resolve(undefined);
    });
    return this.during(Promise.race([step(), ended]), stop);
  }

  /** Lets go of the timer and of the caller's signal. */
  release(): void {
    clearTimeout(this.timer);
    this.unwatch?.();
  }
}

function nothing(): void {
  // replaced before anyone calls it
}
