import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { isRecord } from '../common/is-record.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import { type CustomerVersion, CustomerVersions } from './customer-versions.js';
import type { EncryptedStore } from './encrypted-store.js';

/** A version of a customer's cards as all instances see it. */
export interface SharedVersion {
  /** Random: another one after each change. */
  readonly id: string;
  /** Lists that were asked for before are not kept. In milliseconds since 1970. */
  readonly keepFrom: number;
}

/** The last change of a customer that this instance made. */
interface Change {
  readonly number: number;
  /** Its version in the store; absent while the store has not confirmed it: a pending invalidation. */
  readonly id?: string;
}

/** What a list waits for the store at most. */
export const LOOKUP_MS = 200;
/** What a change waits: longer, because an instance that does not hear of it is late by `ttlMs`. */
const PUBLISH_MS = 1_000;
/** Longer than any list lives. When the store drops a version before, that costs a request. */
const VERSION_TTL_MS = 24 * 60 * 60_000;
/** Customers whose last change this process remembers. */
const MAX_CUSTOMERS = 10_000;

/**
 * The versions of customers in a shared store: a random id each, and another one after each change. It needs `get` and
 * `set` of the store, and no lock: a lost or overwritten version costs a request.
 */
export class SharedVersions {
  /** What this process knows by itself, whatever the store says. */
  private readonly own = new CustomerVersions(MAX_CUSTOMERS);
  private readonly changes = new LRUCache<string, Change>({ max: MAX_CUSTOMERS });
  private readonly writing = new Map<string, Promise<SharedVersion | undefined>>();

  constructor(
    private readonly store: EncryptedStore,
    private readonly breaker: CircuitBreaker,
  ) {}

  /** The version that this process knows; its `keepFrom` is in milliseconds since 1970. */
  of(customer: string): CustomerVersion {
    return this.own.of(customer);
  }

  /** Whether the store may not know of this instance's last change: nothing of the customer may be taken from it. */
  isPending(customer: string): boolean {
    const change = this.changes.get(customer);
    return change !== undefined && change.id === undefined;
  }

  /** Whether this instance's last change is the one that the store shows. */
  isOwn(customer: string, { id }: SharedVersion): boolean {
    return this.changes.get(customer)?.id === id;
  }

  /** Begins a version after a change, here at once. What the store does not confirm stays pending until the next list. */
  async change(customer: string, uncertainMs: number): Promise<void> {
    const version = this.own.next(customer, Date.now() + uncertainMs);
    this.changes.set(customer, { number: version.number });
    await this.once(customer, version, () => this.breaker.runAlways(PUBLISH_MS, () => this.publish(customer, version)));
  }

  /** Begins a version for a customer who has none in the store, or whose last change is pending. */
  begin(customer: string, version: CustomerVersion): Promise<SharedVersion | undefined> {
    return this.once(customer, version, () =>
      this.breaker.run(LOOKUP_MS, () =>
        this.isPending(customer)
          ? this.publish(customer, version)
          : this.writeAndRead(customer, { id: randomUUID(), keepFrom: version.keepFrom }),
      ),
    );
  }

  /** Tells all instances of a change; an uncertain delete that another instance told of stays uncertain. */
  private async publish(customer: string, { number }: CustomerVersion): Promise<SharedVersion | undefined> {
    const before = readVersion(await this.store.get(customer).catch(() => undefined));
    const keepFrom = Math.max(this.own.of(customer).keepFrom, before?.keepFrom ?? 0);
    const published = { id: randomUUID(), keepFrom };
    const standing = await this.writeAndRead(customer, published);
    if (standing.id !== published.id) return undefined; // it may be from before the change
    if (this.changes.get(customer)?.number === number) this.changes.set(customer, { number, id: published.id });
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
}

/** `undefined` for everything that is no version. */
export function readVersion(value: unknown): SharedVersion | undefined {
  if (!isRecord(value)) return undefined;
  const { id, keepFrom } = value;
  return typeof id === 'string' && typeof keepFrom === 'number' ? { id, keepFrom } : undefined;
}
