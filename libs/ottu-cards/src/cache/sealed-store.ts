import type { Sealer } from './sealer.js';
import { StoreGuard } from './store-guard.js';

/**
 * A store that the instances of a shop share: a `Keyv` with `@keyv/redis`, or anything else with these three. What it
 * was last told it must tell everyone, so it may hold no copies in the instances.
 */
export interface CardStore {
  get(key: string): unknown;
  /** Keeps a string; after `ttlMs` milliseconds it may drop it. */
  set(key: string, value: string, ttlMs: number): unknown;
  delete(key: string): unknown;
}

/** What a list waits for the store at most. */
const SHORT_MS = 200;

/** What a change waits: longer than a list, for what is not told now is seen elsewhere after `ttlMs`. */
const TELL_MS = 1_000;

/** Text in, text out, sealed in between. Never rejects, never waits long. */
export class SealedStore {
  private readonly guard = new StoreGuard();

  constructor(
    private readonly store: CardStore,
    private readonly sealer: Sealer,
  ) {}

  /** What opens under each key; `undefined` as a whole when the store did not answer. */
  async read(...keys: readonly string[]): Promise<readonly unknown[] | undefined> {
    const told = await this.guard.ask(SHORT_MS, async () => Promise.all(keys.map((key) => this.store.get(key))));
    return told && keys.map((key, index) => this.sealer.open(key, told.answer[index]));
  }

  async write(key: string, value: unknown, ttlMs: number): Promise<void> {
    const sealed = this.sealer.seal(key, value);
    await this.guard.ask(SHORT_MS, async () => this.store.set(key, sealed, ttlMs));
  }

  /** Writes and gives what stands there afterwards: a Keyv says "done" even when its Redis is gone. */
  async writeAndRead(key: string, value: unknown, ttlMs: number): Promise<unknown> {
    const told = await this.guard.ask(SHORT_MS, this.writing(key, value, ttlMs));
    return told && this.sealer.open(key, told.answer);
  }

  /** As `writeAndRead`, for what other instances must know: longer in waiting, and tried even when the store is sick. */
  async tell(key: string, value: unknown, ttlMs: number): Promise<unknown> {
    const told = await this.guard.tell(TELL_MS, this.writing(key, value, ttlMs));
    return told && this.sealer.open(key, told.answer);
  }

  async remove(key: string): Promise<void> {
    await this.guard.ask(SHORT_MS, async () => this.store.delete(key));
  }

  private writing(key: string, value: unknown, ttlMs: number): () => Promise<unknown> {
    const sealed = this.sealer.seal(key, value);
    return async () => {
      await this.store.set(key, sealed, ttlMs);
      const kept = await this.store.get(key);
      if (kept === undefined || kept === null) throw new Error('The store kept nothing.');
      return kept;
    };
  }
}
