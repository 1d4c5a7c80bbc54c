import { LRUCache } from 'lru-cache';

/** The time between two changes of one customer's cards. Its identity is what counts. */
export interface Epoch {
  readonly number: number;
  /** Lists begun before this time are not kept: a delete may still be on its way. In ms of the owner's clock. */
  readonly keepFrom: number;
}

/**
 * Which epoch each customer is in. A list belongs to the epoch it was begun in and is worth nothing in another. No two
 * epochs ever have the same number, so forgetting a customer altogether costs a request and is never wrong.
 */
export class Epochs {
  private last = 0;
  /** The longest doubt about a customer who was forgotten: it holds for whoever is met anew. */
  private floor = 0;
  private readonly current: LRUCache<string, Epoch>;

  constructor(maxCustomers: number) {
    this.current = new LRUCache({
      max: maxCustomers,
      dispose: ({ keepFrom }, _customer, reason) => {
        if (reason === 'evict') this.floor = Math.max(this.floor, keepFrom);
      },
    });
  }

  of(customer: string): Epoch {
    return this.current.get(customer) ?? this.begin(customer, this.floor);
  }

  /** Something has changed, or may have. A doubt of an earlier change stays. */
  next(customer: string, keepFrom: number): Epoch {
    return this.begin(customer, Math.max(keepFrom, this.current.get(customer)?.keepFrom ?? this.floor));
  }

  private begin(customer: string, keepFrom: number): Epoch {
    this.last += 1;
    const epoch = { number: this.last, keepFrom };
    this.current.set(customer, epoch);
    return epoch;
  }
}
