import type { CallOptions } from '../transport/ottu-call.js';
import type { OttuEnv } from './cards.wire.js';
import type { ListCardsFilter, SavedCard } from './saved-card.js';

/** How long a list may take, and whether it may come from a cache. */
export interface ListOptions extends CallOptions {
  /** Asks Ottu even where a cache holds the list; the answer is kept for others. No effect without a cache. @default false */
  readonly fresh?: boolean | undefined;
}

/** The module that a cache works for. */
export interface CacheBinding {
  readonly origin: string;
  readonly env: OttuEnv;
  /** The module's own time limit, for calls that bring none. */
  readonly timeoutMs: number;
  /** The module's `secret`: names and encryption in a shared store are derived from it. */
  readonly secret: string;
}

/** A cache that does not know its module yet. Made by `cardCache()` of `nestjs-ottu-cards/cache`. */
export interface BindableCache {
  /**
   * Called once, by the module, while the application boots.
   *
   * @hidden
   * @throws OttuConfigError when another module has it already
   */
  bind(binding: CacheBinding): ListCache;
}

/** A call that shows or makes a change of its customer's cards: kept lists are no longer true after it. */
export interface CustomerCall extends CallOptions {
  readonly customerId: string;
  readonly effect: 'read' | 'delete';
}

/** Told who gave a list: Ottu, a cache, or the request of another caller. */
export interface ListSource {
  source: 'ottu' | 'cache' | 'shared';
}

/** What the service knows of a cache. */
export interface ListCache {
  /** @param send asks Ottu; not called where a kept list or another caller's request serves */
  list(
    filter: ListCardsFilter,
    options: ListOptions,
    send: (options: CallOptions) => Promise<SavedCard[]>,
    trace?: ListSource,
  ): Promise<SavedCard[]>;
  /** Runs `work` and forgets the customer's lists: after a read that was answered, and after every delete. */
  forgetAfter<T>(call: CustomerCall, work: () => Promise<T>): Promise<T>;
}
