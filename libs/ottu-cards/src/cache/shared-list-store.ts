import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ListCardsFilter, SavedCard } from '../cards/saved-card.js';
import { isRecord } from '../common/is-record.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { type CustomerVersion, CustomerVersions } from './customer-versions.js';
import type { EncryptedStore } from './encrypted-store.js';
import { filterKeyOf, lifeMsOf, type ListStore, type Lookup } from './list-store.js';

/** What a list waits for the store at most. */
const LOOKUP_MS = 200;
/** What a change waits: longer, because an instance that does not hear of it is late by `ttlMs`. */
const PUBLISH_MS = 1_000;
/** Longer than any list lives. When the store drops a version before, that costs a request. */
const VERSION_TTL_MS = 24 * 60 * 60_000;
/** How far the clocks of two instances may lie apart. */
const CLOCK_SKEW_MS = 1_000;
/** Customers whose version this process remembers. */
const MAX_CUSTOMERS = 10_000;

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

/** A version of a customer's cards as all instances see it. */
interface SharedVersion {
  /** Random: another one after each change. */
  readonly id: string;
  /** Lists that were asked for before are not kept, as the instance knew that made it. In milliseconds since 1970. */
  readonly keepFrom: number;
}

/**
 * Keeps lists in a store that all instances share, and in no memory of its own: a copy here would outlive a delete in
 * another instance. A list is kept with the customer's version that was read before its request was sent, and served
 * only while that version stands. Without the store every list goes to Ottu.
 *
 * Versions are kept there, too: a random id each, and another one after each change. That needs `get` and `set` of the
 * store, and no lock: a lost or overwritten version costs a request. Until when a delete is uncertain has a key of its
 * own, because a version that another instance writes at the same time would overwrite it.
 */
export class SharedListStore implements ListStore {
  private readonly breaker = new CircuitBreaker();
  /** What this process knows by itself, whatever the store says; `keepFrom` is in milliseconds since 1970. */
  private readonly versions = new CustomerVersions(MAX_CUSTOMERS);
  /** Customers with a change that the store has not confirmed: apart from `versions`, where every look takes room. */
  private readonly pending = new LRUCache<string, true>({ max: MAX_CUSTOMERS });
  /** The ids of this instance's changes that the store has confirmed. */
  private readonly published = new WeakMap<CustomerVersion, string>();
  private readonly writing = new WeakMap<CustomerVersion, Promise<SharedVersion | undefined>>();

  constructor(
    private readonly store: EncryptedStore,
    private readonly ttlMs: number,
  ) {}

  async lookup(filter: ListCardsFilter): Promise<Lookup> {
    const { customerId } = filter;
    const customer = this.customerKey(customerId);
    const list = this.listKey(filter);
    const version = this.versions.of(customer);
    const now = Date.now();
    const kinds = this.pending.has(customer) ? [] : [customer, list]; // what the store has is from before the change
    const keys = [...kinds, this.uncertainKey(customerId)]; // after the version, which is written after it
    const read = await this.breaker.run(LOOKUP_MS, () => Promise.all(keys.map(async (key) => this.store.get(key))));
    const uncertain = read?.at(-1);
    const [standing, kept] = kinds.map((_, index) => read?.[index]);
    const shared = read && (versionIn(standing) ?? (await this.begin(customerId)));
    if (shared && isEntry(kept, customerId) && this.isTrue(kept, now, shared, this.versions.of(customer))) return kept;
    return {
      key: `${version.number} ${shared?.id ?? ''} ${list}`,
      keep: (cards) => {
        if (shared === undefined || this.versions.of(customer) !== version) return;
        if (now < Math.max(version.keepFrom, shared.keepFrom, typeof uncertain === 'number' ? uncertain : 0)) return;
        const entry: Entry = { format: ENTRY_FORMAT, version: shared.id, askedAt: now, cards };
        const leftMs = Math.ceil(now + lifeMsOf(cards, this.ttlMs) - Date.now());
        if (leftMs > 0) void this.breaker.run(LOOKUP_MS, () => this.store.set(list, entry, leftMs));
      },
    };
  }

  /** Begins a version here at once. What the store does not confirm stays pending until the customer's next list. */
  async forget(customerId: string, uncertainMs: number): Promise<void> {
    const customer = this.customerKey(customerId);
    const version = this.versions.next(customer, Date.now() + uncertainMs);
    this.pending.set(customer, true);
    await Promise.all([
      this.once(version, () => this.breaker.runAlways(PUBLISH_MS, () => this.publish(customerId, version))),
      this.breaker.run(LOOKUP_MS, () => this.store.delete(this.listKey({ customerId }))), // lists of filters expire
    ]);
  }

  /**
   * Whether the entry's version stands and it is young enough. It must also be from after the last change that this
   * instance made: after a failover the store may show an older version again.
   */
  private isTrue(
    { version, askedAt, cards }: Entry,
    now: number,
    shared: SharedVersion,
    own: CustomerVersion,
  ): boolean {
    const ageMs = now - askedAt;
    if (version !== shared.id || ageMs <= -CLOCK_SKEW_MS || ageMs >= lifeMsOf(cards, this.ttlMs)) return false;
    const isOwn = this.published.get(own) === shared.id;
    return askedAt >= own.keepFrom + (isOwn ? 0 : CLOCK_SKEW_MS);
  }

  /** Begins a version for a customer who has none in the store, or whose last change is pending. */
  private begin(customerId: string): Promise<SharedVersion | undefined> {
    const customer = this.customerKey(customerId);
    const version = this.versions.of(customer);
    return this.once(version, () =>
      this.breaker.run(LOOKUP_MS, () =>
        this.pending.has(customer)
          ? this.publish(customerId, version)
          : this.writeAndRead(customer, { id: randomUUID(), keepFrom: version.keepFrom }),
      ),
    );
  }

  /** Tells all instances of a change, and first for how long it is uncertain. */
  private async publish(customerId: string, version: CustomerVersion): Promise<SharedVersion | undefined> {
    const customer = this.customerKey(customerId);
    const { keepFrom } = this.versions.of(customer);
    const uncertainMs = keepFrom - Date.now();
    if (uncertainMs > 0) await this.store.set(this.uncertainKey(customerId), keepFrom, uncertainMs + CLOCK_SKEW_MS);
    const published = { id: randomUUID(), keepFrom };
    const standing = await this.writeAndRead(customer, published);
    if (standing?.id !== published.id) return undefined; // it may be from before the change
    this.published.set(version, published.id);
    if (this.versions.of(customer) === version) this.pending.delete(customer);
    return standing;
  }

  /** What stands in the store afterwards: a Keyv says "done" even when its Redis is gone. */
  private async writeAndRead(customer: string, version: SharedVersion): Promise<SharedVersion | undefined> {
    await this.store.set(customer, version, VERSION_TTL_MS);
    return versionIn(await this.store.get(customer));
  }

  /** Calls at the same time write one version together. */
  private once(
    version: CustomerVersion,
    write: () => Promise<SharedVersion | undefined>,
  ): Promise<SharedVersion | undefined> {
    const running = this.writing.get(version) ?? write().finally(() => this.writing.delete(version));
    this.writing.set(version, running);
    return running;
  }

  private customerKey(customerId: string): string {
    return this.store.keyOf('version', customerId);
  }

  private uncertainKey(customerId: string): string {
    return this.store.keyOf('uncertain', customerId);
  }

  private listKey(filter: ListCardsFilter): string {
    return this.store.keyOf('list', filter.customerId, filterKeyOf(filter));
  }
}

/** `undefined` for everything that is no version. */
function versionIn(value: unknown): SharedVersion | undefined {
  if (!isRecord(value)) return undefined;
  const { id, keepFrom } = value;
  return typeof id === 'string' && typeof keepFrom === 'number' ? { id, keepFrom } : undefined;
}

/** The encryption proves that this library wrote the value; its format and the owner of the cards are left to check. */
function isEntry(value: unknown, customerId: string): value is Entry {
  if (!isRecord(value) || value['format'] !== ENTRY_FORMAT || !Array.isArray(value['cards'])) return false;
  return value['cards'].every((card: unknown) => isRecord(card) && card['customerId'] === customerId);
}
