const WAIT_MS = 200;
const FAILURES = 5;
const PAUSE_MS = 10_000;

/** Keeps a sick store from hurting: no question to it takes long or rejects, and a run of failures gives it a pause. */
export class StoreGuard {
  private failures = 0;
  private pausedUntil = 0;

  /** What `question` came to, or `undefined` when it failed, took longer than 200 ms, or the store has its pause. */
  async ask<T>(question: () => Promise<T>): Promise<{ readonly answer: T } | undefined> {
    if (performance.now() < this.pausedUntil) return undefined;
    const settled = await inTime(question);
    this.failures = settled ? 0 : this.failures + 1;
    if (this.failures >= FAILURES) this.pausedUntil = performance.now() + PAUSE_MS;
    return settled;
  }
}

async function inTime<T>(question: () => Promise<T>): Promise<{ readonly answer: T } | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), WAIT_MS);
  });
  try {
    return await Promise.race([question().then((answer) => ({ answer })), late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
