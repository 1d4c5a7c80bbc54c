import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { GuardedStore } from './guarded-store.js';

const DAY_MS = 24 * 60 * 60_000;
const MAX_ENTRIES = 10_000;
const DONE = 1;
const MAX_CONFIRMATIONS = 3;
const PREFIX = 'ottu-webhook:';

/** For 24 hours: which events are done, and how often each signature made us ask Ottu. */
export class SeenEvents {
  private readonly memory = new LRUCache<string, number>({ max: MAX_ENTRIES, ttl: DAY_MS });

  constructor(private readonly store: GuardedStore | undefined) {}

  async isDone(id: string): Promise<boolean> {
    const key = `${PREFIX}done:${id}`;
    return this.memory.has(key) || (await this.store?.get(key)) === DONE;
  }

  async remember(id: string): Promise<void> {
    const key = `${PREFIX}done:${id}`;
    this.memory.set(key, DONE);
    await this.store?.set(key, DONE, DAY_MS);
  }

  /** Counts one confirmation; `false` when the signature has had its three. */
  async admit(signature: string): Promise<boolean> {
    const key = confirmationsKey(signature);
    const here = this.memory.get(key) ?? 0;
    if (here >= MAX_CONFIRMATIONS) return false;
    this.memory.set(key, here + 1); // before anything is awaited: others of this signature may be under way
    const everywhere = countOf(await this.store?.get(key));
    if (everywhere >= MAX_CONFIRMATIONS) return false;
    await this.store?.set(key, everywhere + 1, DAY_MS);
    return true;
  }

  /** Ottu could not be asked: that confirmation does not count. */
  async giveBack(signature: string): Promise<void> {
    const key = confirmationsKey(signature);
    this.memory.set(key, Math.max(0, (this.memory.get(key) ?? 0) - 1));
    const everywhere = countOf(await this.store?.get(key));
    await (everywhere > 1 ? this.store?.set(key, everywhere - 1, DAY_MS) : this.store?.delete(key));
  }
}

function confirmationsKey(signature: string): string {
  return `${PREFIX}confirmations:${createHash('sha256').update(signature).digest('hex')}`;
}

function countOf(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}
