import { randomUUID } from 'node:crypto';
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

/** What a list waits for the store at most. */
export const LOOKUP_MS = 200;
/** What a change waits: longer, because an instance that does not hear of it is late by `ttlMs`. */
const PUBLISH_MS = 1_000;
/** Longer than any list lives. When the store drops a version before, that costs a request. */
const VERSION_TTL_MS = 24 * 60 * 60_000;
/** Customers whose version this process remembers. */
const MAX_CUSTOMERS = 10_000;

/**
 * The versions of customers in a shared store: a random id each, and another one after each change. It needs `get` and
 * `set` of the store, and no lock: a lost or overwritten version costs a request.
 */
export class SharedVersions {
  /** What this process knows by itself, whatever the store says. */
  private readonly own = new CustomerVersions(MAX_CUSTOMERS);
  /** The ids of this instance's changes that the store has confirmed. */
  private readonly published = new WeakMap<CustomerVersion, string>();
  private readonly writing = new WeakMap<CustomerVersion, Promise<SharedVersion | undefined>>();

  constructor(
    private readonly store: EncryptedStore,
    private readonly breaker: CircuitBreaker,
  ) {}

  /** The version that this process knows; its `keepFrom` is in milliseconds since 1970. */
  of(customer: string): CustomerVersion {
    return this.own.of(customer);
  }

  /** Whether the store may not know of this change of this instance: nothing of the customer may be taken from it. */
  isPending(version: CustomerVersion): boolean {
    return version.isChange && !this.published.has(version);
  }

  /** Whether this instance's version is the one that the store shows. */
  isPublished(version: CustomerVersion, { id }: SharedVersion): boolean {
    return this.published.get(version) === id;
  }

  /** Begins a version after a change, here at once. What the store does not confirm stays pending until the next list. */
  async change(customer: string, uncertainMs: number): Promise<void> {
    const version = this.own.next(customer, Date.now() + uncertainMs);
    await this.once(version, () => this.breaker.runAlways(PUBLISH_MS, () => this.publish(customer, version)));
  }

  /** Begins a version for a customer who has none in the store, or whose last change is pending. */
  begin(customer: string): Promise<SharedVersion | undefined> {
    const version = this.own.of(customer);
    return this.once(version, () =>
      this.breaker.run(LOOKUP_MS, () =>
        this.isPending(version)
          ? this.publish(customer, version)
          : this.writeAndRead(customer, { id: randomUUID(), keepFrom: version.keepFrom }),
      ),
    );
  }

  /** Tells all instances of a change; an uncertain delete that another instance told of stays uncertain. */
  private async publish(customer: string, version: CustomerVersion): Promise<SharedVersion | undefined> {
    const before = readVersion(await this.store.get(customer).catch(() => undefined));
    const keepFrom = Math.max(this.own.of(customer).keepFrom, before?.keepFrom ?? 0);
    const published = { id: randomUUID(), keepFrom };
    const standing = await this.writeAndRead(customer, published);
    if (standing.id !== published.id) return undefined; // it may be from before the change
    this.published.set(version, published.id);
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
    version: CustomerVersion,
    write: () => Promise<SharedVersion | undefined>,
  ): Promise<SharedVersion | undefined> {
    const running = this.writing.get(version) ?? write().finally(() => this.writing.delete(version));
    this.writing.set(version, running);
    return running;
  }
}

/** `undefined` for everything that is no version. */
export function readVersion(value: unknown): SharedVersion | undefined {
  if (!isRecord(value)) return undefined;
  const { id, keepFrom } = value;
  return typeof id === 'string' && typeof keepFrom === 'number' ? { id, keepFrom } : undefined;
}
