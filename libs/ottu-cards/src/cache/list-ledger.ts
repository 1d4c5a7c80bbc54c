import { LRUCache } from 'lru-cache';
import type { SavedCard } from '../cards/saved-card.js';
import { type Epoch, Epochs } from './epochs.js';

/** An empty list is kept for less long: a customer who has just saved the first card waits for it. */
const EMPTY_TTL_MS = 5_000;

/** Where a list is kept, and whose it is: names that name nobody. */
export interface ListAddress {
  readonly customer: string;
  readonly list: string;
}

/** What a list that begins now finds. */
export interface Look {
  readonly epoch: Epoch;
  /** When it began, in milliseconds of the caller's clock. */
  readonly at: number;
  readonly cards?: readonly SavedCard[];
}

interface KeptList {
  readonly epoch: Epoch;
  readonly until: number;
  readonly cards: readonly SavedCard[];
}

/**
 * Which lists may be served, as a state machine without clock, promise or socket. A list is served in the epoch it was
 * begun in, until `ttlMs` after it was begun: not after the answer, which may be old when it comes.
 */
export class ListLedger {
  private readonly epochs: Epochs;
  private readonly lists: LRUCache<string, KeptList>;

  constructor(
    private readonly ttlMs: number,
    maxEntries: number,
  ) {
    this.epochs = new Epochs(maxEntries);
    this.lists = new LRUCache({ max: maxEntries });
  }

  look({ customer, list }: ListAddress, now: number): Look {
    const epoch = this.epochs.of(customer);
    const kept = this.lists.get(list);
    return kept?.epoch === epoch && now < kept.until ? { epoch, at: now, cards: kept.cards } : { epoch, at: now };
  }

  /** The answer to a request sent after `look`; ignored when the customer's epoch is another by now. */
  keep({ customer, list }: ListAddress, { epoch, at }: Look, cards: readonly SavedCard[]): void {
    if (this.epochs.of(customer) !== epoch || at < epoch.keepFrom) return;
    this.lists.set(list, { epoch, until: at + lifeOf(cards, this.ttlMs), cards });
  }

  /** Ends the customer's epoch; lists begun before `keepFrom` will not be kept in the next one either. */
  forget({ customer, list }: ListAddress, keepFrom = 0): void {
    this.epochs.next(customer, keepFrom);
    this.lists.delete(list);
  }
}

/** How long a list is true, in milliseconds. */
export function lifeOf(cards: readonly SavedCard[], ttlMs: number): number {
  return cards.length === 0 ? Math.min(ttlMs, EMPTY_TTL_MS) : ttlMs;
}
