import type { ListCardsFilter, SavedCard } from '../cards/saved-card.js';
import { isRecord } from '../common/is-record.js';
import { CircuitBreaker } from './circuit-breaker.js';
import type { CustomerVersion } from './customer-versions.js';
import type { EncryptedStore } from './encrypted-store.js';
import { filterKeyOf, lifeMsOf, type ListStore, type Lookup } from './list-store.js';
import { LOOKUP_MS, readVersion, type SharedVersion, SharedVersions } from './shared-versions.js';

/** How far the clocks of two instances may lie apart. */
const CLOCK_SKEW_MS = 1_000;

/** Another one whenever `SavedCard` changes: entries of another format are not read. */
const ENTRY_FORMAT = 1;

/** A kept list. */
interface Entry {
  readonly format: typeof ENTRY_FORMAT;
  /** The id of the version that it was asked for in. */
  readonly version: string;
  /** When it was asked for, in milliseconds since 1970. */
  readonly askedAt: number;
  readonly cards: readonly SavedCard[];
}

/**
 * Keeps lists in a store that all instances share, and in no memory of its own: a copy here would outlive a delete in
 * another instance. A list is kept with the customer's version that was read before its request was sent, and served
 * only while that version stands. Without the store every list goes to Ottu.
 */
export class SharedListStore implements ListStore {
  private readonly breaker = new CircuitBreaker();
  private readonly versions: SharedVersions;

  constructor(
    private readonly store: EncryptedStore,
    private readonly ttlMs: number,
  ) {
    this.versions = new SharedVersions(store, this.breaker);
  }

  async lookup(filter: ListCardsFilter): Promise<Lookup> {
    const { customerId } = filter;
    const customer = this.customerKey(customerId);
    const list = this.listKey(filter);
    const version = this.versions.of(customer);
    const now = Date.now();
    const read: unknown[] | undefined = this.versions.isPending(version)
      ? []
      : await this.breaker.run(LOOKUP_MS, () => Promise.all([this.store.get(customer), this.store.get(list)]));
    const shared = read && (readVersion(read[0]) ?? (await this.versions.begin(customer)));
    const kept = read?.[1];
    if (shared && isEntry(kept, customerId) && this.isTrue(kept, now, shared, this.versions.of(customer))) return kept;
    return {
      key: `${version.number} ${shared?.id ?? ''} ${list}`,
      keep: (cards) => {
        if (shared === undefined || this.versions.of(customer) !== version) return;
        if (now < Math.max(version.keepFrom, shared.keepFrom)) return;
        this.write(list, { format: ENTRY_FORMAT, version: shared.id, askedAt: now, cards });
      },
    };
  }

  async forget(customerId: string, uncertainMs: number): Promise<void> {
    await Promise.all([
      this.versions.change(this.customerKey(customerId), uncertainMs),
      this.breaker.run(LOOKUP_MS, () => this.store.delete(this.listKey({ customerId }))), // lists of filters expire
    ]);
  }

  /**
   * Whether its version stands and it is young enough. It must also be from after the last change that this instance
   * made: after a failover the store may show an older version again.
   */
  private isTrue(
    { version, askedAt, cards }: Entry,
    now: number,
    shared: SharedVersion,
    own: CustomerVersion,
  ): boolean {
    const ageMs = now - askedAt;
    if (version !== shared.id || ageMs <= -CLOCK_SKEW_MS || ageMs >= lifeMsOf(cards, this.ttlMs)) return false;
    return askedAt >= own.keepFrom + (this.versions.isPublished(own, shared) ? 0 : CLOCK_SKEW_MS);
  }

  private write(list: string, entry: Entry): void {
    const lifeMs = Math.ceil(entry.askedAt + lifeMsOf(entry.cards, this.ttlMs) - Date.now());
    if (lifeMs > 0) void this.breaker.run(LOOKUP_MS, () => this.store.set(list, entry, lifeMs));
  }

  private customerKey(customerId: string): string {
    return this.store.keyOf('version', customerId);
  }

  private listKey(filter: ListCardsFilter): string {
    return this.store.keyOf('list', filter.customerId, filterKeyOf(filter));
  }
}

/** The encryption proves that this library wrote the value; its format and the owner of the cards are left to check. */
function isEntry(value: unknown, customerId: string): value is Entry {
  if (!isRecord(value) || value['format'] !== ENTRY_FORMAT || !Array.isArray(value['cards'])) return false;
  return value['cards'].every((card: unknown) => isRecord(card) && card['customerId'] === customerId);
}
