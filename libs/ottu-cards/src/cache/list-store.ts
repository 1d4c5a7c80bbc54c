import type { ListCardsFilter, SavedCard } from '../cards/saved-card.js';

/** Where lists are kept. Never throws or rejects, and never waits long. */
export interface ListStore {
  /** The kept list of this filter, or what is needed to ask Ottu for it. */
  lookup(filter: ListCardsFilter): Lookup | Promise<Lookup>;
  /**
   * Forgets the customer's lists: in this process at once, in others when the promise resolves.
   *
   * @param uncertainMs for how long from now no list of the customer is kept
   */
  forget(customerId: string, uncertainMs: number): Promise<void>;
}

export type Lookup = Hit | Miss;

interface Hit {
  readonly cards: readonly SavedCard[];
}

export interface Miss {
  readonly cards?: never;
  /** Lookups of one key may share a request: they ask for the same list, and no change lies between them. */
  readonly key: string;
  /** Keeps the answer to a request that was sent after this lookup, unless the customer's cards changed since. */
  readonly keep: (cards: readonly SavedCard[]) => void;
}

/** A customer who has just saved the first card waits for an empty list to end. */
const EMPTY_TTL_MS = 5_000;

/** For how long a list is true, in milliseconds, counted from before it was asked for. */
export function lifeMsOf(cards: readonly SavedCard[], ttlMs: number): number {
  return cards.length === 0 ? Math.min(ttlMs, EMPTY_TTL_MS) : ttlMs;
}

/** Tells one customer's lists apart; empty for the list of all cards. */
export function filterKeyOf({ pgCodes, agreementId }: ListCardsFilter): string {
  if (pgCodes === undefined && agreementId === undefined) return '';
  const codes = pgCodes === undefined ? null : [...new Set(pgCodes)].toSorted();
  return JSON.stringify([codes, agreementId ?? null]);
}
