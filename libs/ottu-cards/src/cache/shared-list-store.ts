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
/** How far the clocks of two instances may lie apart. */
const CLOCK_SKEW_MS = 1_000;
/** Longer than any list lives. When the store drops a version before, that costs a request. */
const VERSION_TTL_MS = 24 * 60 * 60_000;
/** Customers whose last change this process remembers. */
const MAX_CUSTOMERS = 10_000;

/** Raise it when `SavedCard` changes: entries of another format are not read. */
const ENTRY_FORMAT = 1;

/** A version as all instances see it. */
interface SharedVersion {
  /** Random: another one after each change. */
  readonly id: string;
  /** Lists that were asked for before are not kept. In milliseconds since 1970. */
  readonly keepFrom: number;
}

/** A kept list. */
interface Entry {
  readonly format: typeof ENTRY_FORMAT;
  /** The id of the version it was asked for in. */
  readonly version: string;
  /** When it was asked for, in milliseconds since 1970. */
  readonly askedAt: number;
  readonly cards: readonly SavedCard[];
}

/** The last change of a customer that this instance made. */
interface Change {
  readonly number: number;
  /** Its version in the store; absent while the store has not confirmed it: a pending invalidation. */
  readonly id?: string;
}

/**
 * Keeps lists in a store that all instances share, and in no memory of its own: a copy here would outlive a delete in
 * another instance. Each customer has one version in the store. A list is kept with the version that was read before its
 * request was sent, and served only while that version stands. Without the store every list goes to Ottu.
 */
export class SharedListStore implements ListStore {
  private readonly breaker = new CircuitBreaker();
  private readonly versions = new CustomerVersions(MAX_CUSTOMERS);
  private readonly changes = new LRUCache<string, Change>({ max: MAX_CUSTOMERS });
  private readonly writing = new Map<string, Promise<SharedVersion | undefined>>();

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
    const read = this.isPending(customer) ? {} : await this.breaker.run(LOOKUP_MS, () => this.read(customer, list));
    const shared = read && (read.shared ?? (await this.begin(customer, version)));
    const kept = read?.value;
    if (shared && isEntry(kept, customerId) && this.isTrue(kept, now, shared, customer)) return kept;
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
    const customer = this.customerKey(customerId);
    const version = this.versions.next(customer, Date.now() + uncertainMs);
    this.changes.set(customer, { number: version.number });
    await Promise.all([
      this.once(customer, version, () =>
        this.breaker.runAlways(PUBLISH_MS, async () => this.publish(customer, version)),
      ),
      this.breaker.run(PUBLISH_MS, async () => this.store.delete(this.listKey({ customerId }))),
    ]);
  }

  /** Whether the store may not know of this instance's last change: nothing of the customer is taken from it. */
  private isPending(customer: string): boolean {
    const change = this.changes.get(customer);
    return change !== undefined && change.id === undefined;
  }

  private async read(
    customer: string,
    list: string,
  ): Promise<{ readonly shared?: SharedVersion; readonly value?: unknown }> {
    const [standing, value] = await Promise.all([this.store.get(customer), this.store.get(list)]);
    const shared = readVersion(standing);
    return { ...(shared && { shared }), value };
  }

  /**
   * Its version must stand, and it must be young enough. It must also be from after the last change that this instance
   * made: after a failover the store may show an older version again.
   */
  private isTrue({ version, askedAt, cards }: Entry, now: number, shared: SharedVersion, customer: string): boolean {
    const ageMs = now - askedAt;
    if (version !== shared.id || ageMs <= -CLOCK_SKEW_MS || ageMs >= lifeMsOf(cards, this.ttlMs)) return false;
    const isOwnVersion = this.changes.get(customer)?.id === shared.id;
    return askedAt >= this.versions.of(customer).keepFrom + (isOwnVersion ? 0 : CLOCK_SKEW_MS);
  }

  /** A version for a customer who has none in the store, or whose last change is pending. */
  private begin(customer: string, version: CustomerVersion): Promise<SharedVersion | undefined> {
    return this.once(customer, version, () =>
      this.breaker.run(LOOKUP_MS, () =>
        this.isPending(customer)
          ? this.publish(customer, version)
          : this.writeAndRead(customer, { id: randomUUID(), keepFrom: version.keepFrom }),
      ),
    );
  }

  /** Tells all instances of a change. What the store does not confirm stays pending until the customer's next list. */
  private async publish(customer: string, version: CustomerVersion): Promise<SharedVersion | undefined> {
    const before = await this.store.get(customer).catch(() => undefined);
    const keepFrom = Math.max(this.versions.of(customer).keepFrom, readVersion(before)?.keepFrom ?? 0);
    const own = { id: randomUUID(), keepFrom };
    const standing = await this.writeAndRead(customer, own);
    if (standing.id !== own.id) return undefined; // it may be from before the change
    if (this.changes.get(customer)?.number === version.number) {
      this.changes.set(customer, { number: version.number, id: own.id });
    }
    return standing;
  }

  /** What stands in the store afterwards: a Keyv says "done" even when its Redis is gone. */
  private async writeAndRead(customer: string, version: SharedVersion): Promise<SharedVersion> {
    await this.store.set(customer, version, VERSION_TTL_MS);
    const standing = readVersion(await this.store.get(customer));
    if (standing === undefined) throw new Error('The store kept nothing.');
    return standing;
  }

  /** Calls at the same time write one version together. */
  private once(
    customer: string,
    { number }: CustomerVersion,
    write: () => Promise<SharedVersion | undefined>,
  ): Promise<SharedVersion | undefined> {
    const key = `${customer} ${number}`;
    const running = this.writing.get(key) ?? write().finally(() => this.writing.delete(key));
    this.writing.set(key, running);
    return running;
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

function readVersion(value: unknown): SharedVersion | undefined {
  if (!isRecord(value)) return undefined;
  const { id, keepFrom } = value;
  return typeof id === 'string' && typeof keepFrom === 'number' ? { id, keepFrom } : undefined;
}

/** The encryption proves that this library wrote the value; its format and the owner of the cards are left to check. */
function isEntry(value: unknown, customerId: string): value is Entry {
  if (!isRecord(value) || value['format'] !== ENTRY_FORMAT || !Array.isArray(value['cards'])) return false;
  return value['cards'].every((card: unknown) => isRecord(card) && card['customerId'] === customerId);
}
