import { setImmediate as nextTurn } from 'node:timers/promises';
import { Deadline } from '../common/deadline.js';

const MAX_FAILURES = 5;
const OPEN_MS = 10_000;

/** Stands in front of a store that may fail: no task takes long or rejects, and after five failures none is started. */
export class CircuitBreaker {
  private failures = 0;
  private openUntil = 0;

  /** What `task` gives; `undefined` when it failed, took longer than `timeoutMs`, or the circuit is open. */
  async run<T>(timeoutMs: number, task: () => Promise<T>): Promise<T | undefined> {
    if (this.isOpen) return undefined;
    const done = await inTime(timeoutMs, task);
    this.failures = done ? 0 : this.failures + 1;
    if (this.failures >= MAX_FAILURES) this.openUntil = performance.now() + OPEN_MS;
    return done?.value;
  }

  /** As `run`, but starts the task while the circuit is open, too: then it does not wait. */
  async runAlways<T>(timeoutMs: number, task: () => Promise<T>): Promise<T | undefined> {
    if (!this.isOpen) return this.run(timeoutMs, task);
    return (await inTime(0, task))?.value;
  }

  private get isOpen(): boolean {
    return performance.now() < this.openUntil;
  }
}

async function inTime<T>(timeoutMs: number, task: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
  const deadline = new Deadline({ timeoutMs });
  try {
    const result = task();
    const done = await deadline.race(() => result);
    // when this process was busy, the answer may have come in time and wait in its socket
    return done ?? (await Promise.race([result.then((value) => ({ value })), nextTurn(undefined)]));
  } catch {
    return undefined;
  } finally {
    deadline.release();
  }
}
