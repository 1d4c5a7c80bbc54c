import { type ListAddress, ListLedger } from './list-ledger.js';
import type { Shelf, Ticket } from './shelf.js';

/** Keeps lists in this process alone. */
export class MemoryShelf implements Shelf {
  private readonly ledger: ListLedger;

  constructor({ ttlMs, maxEntries }: { readonly ttlMs: number; readonly maxEntries: number }) {
    this.ledger = new ListLedger(ttlMs, maxEntries);
  }

  look(address: ListAddress): Ticket {
    const look = this.ledger.look(address, performance.now());
    return {
      ...(look.cards && { cards: look.cards }),
      generation: String(look.epoch.number),
      keep: (cards) => this.ledger.keep(address, look, cards),
    };
  }

  async forget(address: ListAddress, doubtMs: number): Promise<void> {
    this.ledger.forget(address, performance.now() + doubtMs);
  }
}
