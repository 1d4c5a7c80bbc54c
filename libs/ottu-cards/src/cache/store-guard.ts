const FAILURES = 5;
const PAUSE_MS = 10_000;

/** Keeps a sick store from hurting: no question to it takes long or rejects, and a run of failures gives it a pause. */
export class StoreGuard {
  private failures = 0;
  private pausedUntil = 0;

  /** What `question` came to, or `undefined` when it failed, took longer than `waitMs`, or the store has its pause. */
  async ask<T>(waitMs: number, question: () => Promise<T>): Promise<Told<T> | undefined> {
    if (this.isPaused) return undefined;
    return this.weigh(waitMs, question);
  }

  /** As `ask`, but asks during a pause too, when it waits for no answer: the store may be well by now. */
  async tell<T>(waitMs: number, question: () => Promise<T>): Promise<Told<T> | undefined> {
    return this.isPaused ? inTime(0, question) : this.weigh(waitMs, question);
  }

  private get isPaused(): boolean {
    return performance.now() < this.pausedUntil;
  }

  private async weigh<T>(waitMs: number, question: () => Promise<T>): Promise<Told<T> | undefined> {
    const settled = await inTime(waitMs, question);
    this.failures = settled ? 0 : this.failures + 1;
    if (this.failures >= FAILURES) this.pausedUntil = performance.now() + PAUSE_MS;
    return settled;
  }
}

interface Told<T> {
  readonly answer: T;
}

async function inTime<T>(waitMs: number, question: () => Promise<T>): Promise<Told<T> | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    // after a look at the sockets: an answer that only a busy process has kept waiting is not late
    timer = setTimeout(() => setImmediate(resolve, undefined), waitMs);
  });
  try {
    return await Promise.race([question().then((answer) => ({ answer })), late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
