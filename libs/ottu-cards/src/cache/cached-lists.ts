import type { CustomerCall, ListCache, ListOptions, ListSource } from '../cards/list-cache.js';
import type { ListCardsFilter, SavedCard } from '../cards/saved-card.js';
import { Deadline } from '../common/deadline.js';
import { OttuDeleteUnknownError, OttuTimeoutError } from '../errors/errors.js';
import { OttuError } from '../errors/ottu.error.js';
import type { ListStore, Lookup } from './list-store.js';
import { SingleFlight } from './single-flight.js';

/** How long Ottu may still carry out a delete that ended without a clear answer. */
const UNCERTAIN_MS = 60_000;

type Send = Parameters<ListCache['list']>[2];

/** Stands between the service and Ottu: serves kept lists, shares requests, and forgets a customer after a change. */
export class CachedLists implements ListCache {
  readonly #store: ListStore;
  readonly #flights: SingleFlight<readonly SavedCard[]>;
  readonly #timeoutMs: number;

  /** @param timeoutMs of the module, for calls that bring none */
  constructor(store: ListStore, timeoutMs: number) {
    this.#store = store;
    this.#flights = new SingleFlight(timeoutMs);
    this.#timeoutMs = timeoutMs;
  }

  async list(filter: ListCardsFilter, options: ListOptions, send: Send, trace?: ListSource): Promise<SavedCard[]> {
    const { signal, timeoutMs = this.#timeoutMs, fresh } = options;
    signal?.throwIfAborted();
    if (trace) trace.source = 'cache';
    const found = fresh ? this.#afresh(filter, timeoutMs) : this.#store.lookup(filter);
    if (!(found instanceof Promise) && found.cards) return copyOf(found.cards);
    const caller = new Deadline({ signal, timeoutMs });
    try {
      const lookup = (await caller.race(() => found))?.value;
      if (lookup?.cards) return copyOf(lookup.cards);
      if (lookup) {
        if (trace) trace.source = 'shared';
        const asked = await this.#flights.join(lookup.key, caller, async (limits) => {
          if (trace) trace.source = 'ottu';
          const cards = await send(limits);
          lookup.keep(cards);
          return cards;
        });
        if (asked) return copyOf(asked.value);
      }
      if (caller.ended === 'aborted') throw signal?.reason;
      // without `attempts`: the shared request counts them, and may go on for others
      throw new OttuTimeoutError(`No answer from Ottu to a list of saved cards within ${timeoutMs} ms (timeoutMs).`);
    } finally {
      caller.release();
    }
  }

  async forgetAfter<T>(call: CustomerCall, work: () => Promise<T>): Promise<T> {
    const { customerId, effect, signal, timeoutMs = this.#timeoutMs } = call;
    const caller = new Deadline({ signal, timeoutMs });
    const forget = async (uncertainMs: number): Promise<void> => {
      const told = this.#store.forget(customerId, uncertainMs); // also when the caller is gone
      await caller.race(() => told);
    };
    try {
      const result = await work();
      await forget(0);
      return result;
    } catch (error) {
      // Ottu can no longer carry out a delete when it said so, or never got it
      const isCertain = OttuError.is(error) && !OttuDeleteUnknownError.is(error);
      if (effect === 'delete') await forget(isCertain ? 0 : UNCERTAIN_MS);
      throw error;
    } finally {
      caller.release();
    }
  }

  /** Nothing from before now is served, and nothing from before now is kept after it: here, whatever the store does. */
  async #afresh(filter: ListCardsFilter, timeoutMs: number): Promise<Lookup> {
    await Deadline.race({ timeoutMs: timeoutMs / 4 }, () => this.#store.forget(filter.customerId, 0)); // Ottu needs time
    return this.#store.lookup(filter);
  }
}

/** Cards of the caller's own: what it does to them, no other caller sees. */
function copyOf(cards: readonly SavedCard[]): SavedCard[] {
  return cards.map((card) => ({ ...card, agreements: [...card.agreements] }));
}
