import { LRUCache } from 'lru-cache';
import type { ListCardsFilter, SavedCard } from '../cards/saved-card.js';
import { type CustomerVersion, CustomerVersions } from './customer-versions.js';
import { filterKeyOf, lifeMsOf, type ListStore, type Lookup } from './list-store.js';

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
