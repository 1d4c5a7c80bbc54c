import { Epochs } from './epochs.js';
import { type Generation, Generations, readGeneration } from './generations.js';
import { type KeptList, readKeptList } from './kept-list.js';
import { lifeOf, type ListAddress } from './list-ledger.js';
import type { SealedStore } from './sealed-store.js';
import type { OwnedAddress, Shelf, Ticket } from './shelf.js';

/** How far the clocks of two instances may lie apart. */
const CLOCK_SKEW_MS = 1_000;

/**
 * Keeps lists in a store that all instances share, and in no memory of its own: a copy here would outlive a delete
 * there. Without the store every list goes to Ottu.
 */
export class SharedShelf implements Shelf {
  private readonly epochs: Epochs;
  private readonly generations: Generations;
  private readonly ttlMs: number;

  constructor(
    private readonly store: SealedStore,
    { ttlMs, maxEntries }: { readonly ttlMs: number; readonly maxEntries: number },
  ) {
    this.epochs = new Epochs(maxEntries);
    this.generations = new Generations(store);
    this.ttlMs = ttlMs;
  }

  async look(address: OwnedAddress): Promise<Ticket> {
    const { customer, list, customerId } = address;
    const epoch = this.epochs.of(customer);
    const at = Date.now();
    const read = this.generations.owes(customer) ? [] : await this.store.read(customer, list);
    const generation = read && (readGeneration(read[0]) ?? (await this.generations.begin(customer)));
    const kept = generation && readKeptList(read?.[1], customerId);
    return {
      ...(kept && this.isTrue(kept, generation, at) && { cards: kept.cards }),
      generation: `${epoch.number}:${generation?.id ?? ''}`,
      keep: (cards) => {
        const isKept = this.epochs.of(customer) === epoch && at >= epoch.keepFrom;
        if (!isKept || generation === undefined || at < generation.keepFrom) return;
        this.write(list, { cards, generation: generation.id, begunAt: at });
      },
    };
  }

  async forget({ customer, list }: ListAddress, doubtMs: number): Promise<void> {
    const epoch = this.epochs.next(customer, Date.now() + doubtMs);
    await Promise.all([this.generations.tell(customer, epoch), this.store.remove(list)]);
  }

  private isTrue({ cards, generation, begunAt }: KeptList, now: Generation, at: number): boolean {
    const age = at - begunAt;
    return generation === now.id && age > -CLOCK_SKEW_MS && age < lifeOf(cards, this.ttlMs);
  }

  private write(list: string, kept: KeptList): void {
    const lifeMs = kept.begunAt + lifeOf(kept.cards, this.ttlMs) - Date.now();
    if (lifeMs >= 1) void this.store.write(list, kept, Math.ceil(lifeMs));
  }
}
