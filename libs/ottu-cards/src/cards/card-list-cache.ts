import type { CallOptions } from '../transport/ottu-call.js';
import type { OttuEnv } from './cards.wire.js';
import type { ListCardsFilter, SavedCard } from './saved-card.js';

/** How long a list may take, and whether it may come from a cache. */
export interface ListOptions extends CallOptions {
  /** Asks Ottu whatever a cache holds; what comes is kept for others. Means nothing without a cache. @default false */
  readonly fresh?: boolean | undefined;
}

/** Whose cards a cache is to keep. */
export interface CacheBinding {
  readonly origin: string;
  readonly env: OttuEnv;
  /** The module's own deadline, for calls that bring none. */
  readonly timeoutMs: number;
  /** What the cache's keys are derived from: the module's `secret`. */
  readonly secret: string | undefined;
}

/** A cache before it knows its merchant. Made by `cardCache()` of `nestjs-ottu-cards/cache`. */
export interface BindableCache {
  /**
   * Called once, by the module, while the application boots.
   *
   * @throws OttuConfigError when it is bound already, or has nothing to derive its keys from
   */
  bind(binding: CacheBinding): CardListCache;
}

/** A call after which kept lists of its customer are no longer true. */
export interface CustomerCall extends CallOptions {
  readonly customerId: string;
  readonly effect: 'read' | 'delete';
}

/** All that the service knows of a cache: it stands between a list and Ottu, and hears of everything else. */
export interface CardListCache {
  /** `send` asks Ottu; it is called at most once per caller, and not at all where a kept or shared answer serves. */
  list(
    filter: ListCardsFilter,
    options: ListOptions,
    send: (options: CallOptions) => Promise<SavedCard[]>,
  ): Promise<SavedCard[]>;
  /** Runs `work` and forgets the customer's lists: after a read that was answered, after a delete whatever came of it. */
  forgetAfter<T>(call: CustomerCall, work: () => Promise<T>): Promise<T>;
}
