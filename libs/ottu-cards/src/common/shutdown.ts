/** What this library's calls and handlers have at most once an application closes, counted from the first hook. */
const GRACE_MS = 5_000;

/** The one clock that ends the work of all registrations of an application. */
export class ShutdownClock {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  /** Aborts when the time is over. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Whether the application is closing. */
  get isRunning(): boolean {
    return this.timer !== undefined;
  }

  /** Starts it; further calls change nothing. It does not keep the process running. */
  start(): void {
    this.timer ??= setTimeout(() => this.controller.abort(), GRACE_MS).unref();
  }
}

const clocks = new WeakMap<object, ShutdownClock>();

/** @param application an object that there is once in an application, such as its `ModulesContainer` */
export function shutdownClockOf(application: object): ShutdownClock {
  const clock = clocks.get(application) ?? new ShutdownClock();
  clocks.set(application, clock);
  return clock;
}
