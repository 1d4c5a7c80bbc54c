import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Epoch } from './epochs.js';
import { isRecord } from '../common/is-record.js';
import type { SealedStore } from './sealed-store.js';

/** An epoch that all instances see: a random word in the store, another one after each change of the customer's cards. */
export interface Generation {
  readonly id: string;
  /** Lists begun before are not kept. In milliseconds since 1970. */
  readonly keepFrom: number;
}

/** Longer than any list lives. A generation that the store drops costs a request and is never wrong. */
const LIFE_MS = 24 * 60 * 60_000;

/** Changes that a store may miss at once; Ottu's quota allows fewer in two hours. */
const MAX_DEBTS = 10_000;

/**
 * Begins generations. A list is kept under the generation that was read before its request was sent, and served under
 * the one read after it was asked for: equal ones prove that no change was told in between. It needs of the store only
 * that it gives what it was last told, so nothing is locked, compared or deleted.
 */
export class Generations {
  /** Changes that the store has not confirmed: until it has, this instance takes nothing else from it. */
  private readonly debts = new LRUCache<string, Epoch>({ max: MAX_DEBTS });
  private readonly beginnings = new Map<string, Beginning>();

  constructor(private readonly store: SealedStore) {}

  owes(customer: string): boolean {
    return this.debts.has(customer);
  }

  /** Tells all instances that `epoch` has begun; what the store does not confirm now is told before its next use. */
  async tell(customer: string, epoch: Epoch): Promise<void> {
    this.debts.set(customer, epoch);
    await this.begin(customer, 'tell');
  }

  /** A generation for a customer who has none, or whose last change is still owed; `undefined` when the store is sick. */
  begin(customer: string, how: How = 'writeAndRead'): Promise<Generation | undefined> {
    const debt = this.debts.get(customer);
    const running = this.beginnings.get(customer);
    if (running && running.debt === debt) return running.generation;
    const generation = this.write(customer, debt, how).finally(() => {
      if (this.beginnings.get(customer) === beginning) this.beginnings.delete(customer);
    });
    const beginning = { debt, generation };
    this.beginnings.set(customer, beginning);
    return generation;
  }

  private async write(customer: string, debt: Epoch | undefined, how: How): Promise<Generation | undefined> {
    const own = { id: randomUUID(), keepFrom: debt?.keepFrom ?? 0 };
    const standing = readGeneration(await this.store[how](customer, own, LIFE_MS));
    if (debt === undefined) return standing; // another instance's will do: it began after this list did
    if (standing?.id !== own.id) return undefined; // it may be older than the change
    if (this.debts.get(customer) === debt) this.debts.delete(customer);
    return standing;
  }
}

/** Which of the store's two ways to write and read back: as a list would wait, or as a change. */
type How = 'writeAndRead' | 'tell';

interface Beginning {
  readonly debt: Epoch | undefined;
  readonly generation: Promise<Generation | undefined>;
}

export function readGeneration(value: unknown): Generation | undefined {
  if (!isRecord(value)) return undefined;
  const { id, keepFrom } = value;
  return typeof id === 'string' && typeof keepFrom === 'number' ? { id, keepFrom } : undefined;
}
