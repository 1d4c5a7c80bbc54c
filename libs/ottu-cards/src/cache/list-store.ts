import { LRUCache } from 'lru-cache';
import type { ListCardsFilter, SavedCard } from '../cards/saved-card.js';
import { type CustomerVersion, CustomerVersions } from './customer-versions.js';

/** Where lists are kept. Never throws or rejects, and never waits long. */
export interface ListStore {
  /** The kept list of this filter, or what is needed to ask Ottu for it. */
  lookup(filter: ListCardsFilter): Lookup | Promise<Lookup>;
  /**
   * Forgets the customer's lists: in this process at once, in others when the promise resolves.
   *
   * @param uncertainMs for how long from now no list of the customer is kept
   */
  forget(customerId: string, uncertainMs: number): Promise<void>;
}

export type Lookup = { readonly cards: readonly SavedCard[] } | Miss;

export interface Miss {
  readonly cards?: never;
  /** Lookups of one key may share a request: they ask for the same list, and no change lies between them. */
  readonly key: string;
  /** Keeps the answer to a request that was sent after this lookup, unless the customer's cards changed since. */
  readonly keep: (cards: readonly SavedCard[]) => void;
}

interface Entry {
  readonly cards: readonly SavedCard[];
  readonly version: CustomerVersion;
  readonly until: number;
}

/** Keeps lists in the memory of this process. */
export class MemoryListStore implements ListStore {
  private readonly versions: CustomerVersions;
  private readonly entries: LRUCache<string, Entry>;
  private readonly ttlMs: number;

  constructor({ ttlMs, maxEntries }: { readonly ttlMs: number; readonly maxEntries: number }) {
    this.versions = new CustomerVersions(maxEntries);
    this.entries = new LRUCache({ max: maxEntries });
    this.ttlMs = ttlMs;
  }

  lookup(filter: ListCardsFilter): Lookup {
    const { customerId } = filter;
    const filterKey = filterKeyOf(filter);
    const key = filterKey === '' ? customerId : `${customerId}\0${filterKey}`; // no customer id holds a \0
    const version = this.versions.of(customerId);
    const now = performance.now();
    const entry = this.entries.get(key);
    if (entry?.version === version && now < entry.until) return entry;
    return {
      key: `${version.number} ${key}`,
      keep: (cards) => {
        if (this.versions.of(customerId) !== version || now < version.keepFrom) return;
        this.entries.set(key, { cards, version, until: now + lifeMsOf(cards, this.ttlMs) });
      },
    };
  }

  async forget(customerId: string, uncertainMs: number): Promise<void> {
    this.versions.next(customerId, performance.now() + uncertainMs);
    this.entries.delete(customerId); // lists of other filters are not served either, and go when others need the room
  }
}

/** A customer who has just saved the first card waits for an empty list to end. */
const EMPTY_TTL_MS = 5_000;

/** For how long a list is true, in milliseconds, counted from before it was asked for. */
export function lifeMsOf(cards: readonly SavedCard[], ttlMs: number): number {
  return cards.length === 0 ? Math.min(ttlMs, EMPTY_TTL_MS) : ttlMs;
}

/** Tells one customer's lists apart; empty for the list of all cards. */
export function filterKeyOf({ pgCodes, agreementId }: ListCardsFilter): string {
  if (pgCodes === undefined && agreementId === undefined) return '';
  return JSON.stringify([[...new Set(pgCodes)].toSorted(), agreementId]);
}
