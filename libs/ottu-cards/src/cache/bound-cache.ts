import type { CacheBinding, CardListCache, CustomerCall, ListOptions } from '../cards/card-list-cache.js';
import type { ListCardsFilter, SavedCard } from '../cards/saved-card.js';
import { OttuDeleteUnknownError } from '../errors/errors.js';
import { OttuError } from '../errors/ottu.error.js';
import { copyCards } from './kept-list.js';
import { Patience } from './patience.js';
import type { Sealer } from './sealer.js';
import type { OwnedAddress, Shelf, Ticket } from './shelf.js';
import { SingleFlight } from './single-flight.js';

/** How long a delete without a clear answer may still be carried out by Ottu. */
const DOUBT_MS = 60_000;

type Send = Parameters<CardListCache['list']>[2];

/** A cache that knows its merchant. */
export class BoundCache implements CardListCache {
  private readonly flights: SingleFlight<readonly SavedCard[]>;

  constructor(
    private readonly binding: Omit<CacheBinding, 'secret'>,
    private readonly shelf: Shelf,
    private readonly sealer: Sealer,
  ) {
    this.flights = new SingleFlight(binding.timeoutMs);
  }

  async list(filter: ListCardsFilter, options: ListOptions, send: Send): Promise<SavedCard[]> {
    const { signal, timeoutMs = this.binding.timeoutMs, fresh } = options;
    signal?.throwIfAborted();
    const address = this.addressOf(filter);
    const ticket = fresh ? this.afresh(address) : this.shelf.look(address);
    if (!(ticket instanceof Promise) && ticket.cards) return copyCards(ticket.cards);
    const patience = new Patience({ signal, timeoutMs });
    try {
      const { cards, generation, keep } = await patience.race(ticket);
      if (cards) return copyCards(cards);
      const asked = await this.flights.join(`${generation} ${address.list}`, patience, async (limits) => {
        const answer = await send(limits);
        keep(answer);
        return answer;
      });
      return copyCards(asked);
    } finally {
      patience.release();
    }
  }

  async forgetAfter<T>(call: CustomerCall, work: () => Promise<T>): Promise<T> {
    const { customerId, effect, signal, timeoutMs = this.binding.timeoutMs } = call;
    const patience = new Patience({ signal, timeoutMs });
    const forget = (doubtMs: number): Promise<unknown> =>
      patience.race(this.forget({ customerId }, doubtMs)).catch(() => 'this instance has forgotten already');
    try {
      const result = await work();
      await forget(0);
      return result;
    } catch (error) {
      if (effect === 'delete') await forget(isDecided(error) ? 0 : DOUBT_MS);
      throw error;
    } finally {
      patience.release();
    }
  }

  /** In this process at once; resolves when the shared store knows it too, or does not answer. */
  forget(customer: Pick<ListCardsFilter, 'customerId'>, doubtMs = 0): Promise<void> {
    return this.shelf.forget(this.addressOf(customer), doubtMs);
  }

  /** Nothing from before now is any good, and nothing from before may be kept after it. */
  private async afresh(address: OwnedAddress): Promise<Ticket> {
    await this.shelf.forget(address, 0);
    return this.shelf.look(address);
  }

  private addressOf({ customerId, pgCodes, agreementId }: ListCardsFilter): OwnedAddress {
    const { origin, env } = this.binding;
    const codes = pgCodes && [...new Set(pgCodes)].toSorted();
    return {
      customerId,
      customer: this.sealer.name(['customer', origin, env, customerId]),
      list: this.sealer.name(['list', origin, env, customerId, codes ?? null, agreementId ?? null]),
    };
  }
}

/** Whether Ottu can no longer carry out the delete: it said so, or never got it. */
function isDecided(error: unknown): boolean {
  return OttuError.is(error) && !OttuDeleteUnknownError.is(error);
}
