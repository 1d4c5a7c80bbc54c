/** Why a wait ended before its time: the time was over, the caller aborted, or the application is closing. */
export type DeadlineEnd = 'timeout' | 'aborted' | 'shutdown';

export interface DeadlineOptions {
  readonly timeoutMs: number;
  /** The caller's own. */
  readonly signal?: AbortSignal | undefined;
  /** Aborts when the application has no more time. */
  readonly shutdown?: AbortSignal | undefined;
  /** Whether the timer alone keeps the process running. @default true */
  readonly ref?: boolean;
}

/**
 * The end of a piece of work: a time limit, the caller's signal and the application's shutdown in one. Whatever waits
 * under it settles when the first of them comes. Call `release` when the work is done: nothing is retained after it.
 */
export class Deadline {
  readonly timeoutMs: number;
  private reason: DeadlineEnd | undefined;
  private readonly endsAt: number;
  private readonly timer: NodeJS.Timeout;
  private readonly listeners = new Set<() => void>();
  private readonly unlisten: (() => void)[] = [];

  constructor({ timeoutMs, signal, shutdown, ref = true }: DeadlineOptions) {
    this.timeoutMs = timeoutMs;
    this.endsAt = performance.now() + timeoutMs;
    this.timer = setTimeout(() => this.end('timeout'), timeoutMs);
    if (!ref) this.timer.unref();
    if (signal) this.endWith(signal, 'aborted');
    if (shutdown) this.endWith(shutdown, 'shutdown');
  }

  /** As `race` below, under a deadline that lives only as long as `step`. @throws what `step` throws in time */
  static async race<T>(
    options: DeadlineOptions,
    step: (deadline: Deadline) => T | PromiseLike<T>,
  ): Promise<{ readonly value: T } | undefined> {
    const deadline = new Deadline(options);
    try {
      return await deadline.race(() => step(deadline));
    } finally {
      deadline.release();
    }
  }

  /** `undefined` while it runs; the first reason stays. */
  get ended(): DeadlineEnd | undefined {
    return this.reason;
  }

  get remainingMs(): number {
    return Math.max(0, this.endsAt - performance.now());
  }

  /** Calls `listener` once at the end, at once when that was before. @returns a function that takes it back */
  onEnd(listener: () => void): () => void {
    if (this.reason) listener();
    else this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Waits for `ms`, or until the end. */
  async sleep(ms: number): Promise<void> {
    if (this.reason) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const timer = setTimeout(wake, ms);
      const stop = this.onEnd(wake);
    });
  }

  /**
   * Starts `step` and waits for it; `undefined` when the end comes first. What `step` does later is nobody's concern: a
   * late rejection is swallowed. Not started when the end has come.
   *
   * @throws what `step` throws in time
   */
  async race<T>(step: () => T | PromiseLike<T>): Promise<{ readonly value: T } | undefined> {
    if (this.reason) return undefined;
    let stop: (() => void) | undefined;
    const ended = new Promise<undefined>((resolve) => {
      stop = this.onEnd(() => resolve(undefined));
    });
    try {
      return await Promise.race([valueOf(step), ended]);
    } finally {
      stop?.();
    }
  }

  /** Lets go of the timer and of the signals. */
  release(): void {
    clearTimeout(this.timer);
    for (const unlisten of this.unlisten.splice(0)) unlisten();
  }

  private endWith(signal: AbortSignal, why: DeadlineEnd): void {
    if (signal.aborted) this.end(why);
    else this.unlisten.push(listenOnce(signal, () => this.end(why)));
  }

  private end(why: DeadlineEnd): void {
    if (this.reason) return;
    this.reason = why;
    this.release();
    const listeners = [...this.listeners];
    this.listeners.clear();
    for (const listener of listeners) listener();
  }
}

/** A promise also where `step` throws before it makes one. */
async function valueOf<T>(step: () => T | PromiseLike<T>): Promise<{ readonly value: T }> {
  return { value: await step() };
}

/** The listeners of one signal share one event listener: Node warns of a leak from the eleventh on. */
const listenersOf = new WeakMap<AbortSignal, Set<() => void>>();

function callListeners(this: AbortSignal): void {
  listenersOf.get(this)?.forEach((listener) => listener());
}

function listenOnce(signal: AbortSignal, listener: () => void): () => void {
  const listeners = listenersOf.get(signal) ?? new Set();
  if (listeners.size === 0) signal.addEventListener('abort', callListeners, { once: true });
  listenersOf.set(signal, listeners.add(listener));
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) signal.removeEventListener('abort', callListeners);
  };
}
