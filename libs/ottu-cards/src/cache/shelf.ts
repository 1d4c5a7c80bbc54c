import type { SavedCard } from '../cards/saved-card.js';
import type { ListAddress } from './list-ledger.js';

/** A list's address together with the customer whose cards alone may stand there. */
export interface OwnedAddress extends ListAddress {
  readonly customerId: string;
}

/** What a list that begins now may use. */
export interface Ticket {
  /** Kept cards that are still true. */
  readonly cards?: readonly SavedCard[];
  /** Lists of one address and generation may share a request: no change lies between them. */
  readonly generation: string;
  /** Keeps the answer to a request that was sent with this ticket, unless a change has come between. */
  readonly keep: (cards: readonly SavedCard[]) => void;
}

/** Where lists are kept. Never throws or rejects, and never waits long. */
export interface Shelf {
  look(address: OwnedAddress): Ticket | Promise<Ticket>;
  /** Forgets all lists of the customer, at once in this process. For `doubtMs` from now none is kept. */
  forget(address: ListAddress, doubtMs: number): Promise<void>;
}
