import { LRUCache } from 'lru-cache';

/** The state of one customer's cards between two changes, as this process knows it. */
export interface CustomerVersion {
  /** No two versions of this process have the same. */
  readonly number: number;
  /** Lists that were asked for before this time are not kept: a delete may be under way. In ms of the owner's clock. */
  readonly keepFrom: number;
}

/**
 * Which version of each customer's cards this process knows. A list belongs to the version it was asked for in, and is
 * not served in another. A customer who is forgotten for others gets a new version: that costs a request.
 */
export class CustomerVersions {
  private last = 0;
  /** The latest `keepFrom` of a customer who was forgotten: it holds for everyone who is not known. */
  private floor = 0;
  private readonly versions: LRUCache<string, CustomerVersion>;

  constructor(maxCustomers: number) {
    this.versions = new LRUCache({
      max: maxCustomers,
      dispose: ({ keepFrom }, _customer, reason) => {
        if (reason === 'evict') this.floor = Math.max(this.floor, keepFrom);
      },
    });
  }

  of(customer: string): CustomerVersion {
    return this.versions.get(customer) ?? this.begin(customer, this.floor);
  }

  /** The customer's cards changed, or may have. The `keepFrom` of an earlier change stays when it is later. */
  next(customer: string, keepFrom: number): CustomerVersion {
    return this.begin(customer, Math.max(keepFrom, this.versions.get(customer)?.keepFrom ?? this.floor));
  }

  private begin(customer: string, keepFrom: number): CustomerVersion {
    this.last += 1;
    const version = { number: this.last, keepFrom };
    this.versions.set(customer, version);
    return version;
  }
}
