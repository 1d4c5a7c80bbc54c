import { customerIdRule } from '../cards/card-rules.js';
import type { BindableCache, CacheBinding, ListCache } from '../cards/list-cache.js';
import { isRecord } from '../common/is-record.js';
import { hasMethods, isWithin, optional, problemsOf, type Rules } from '../common/rules.js';
import { configProblems, OttuConfigError, OttuInputError } from '../errors/errors.js';
import { CachedLists } from './cached-lists.js';
import { type CardStore, EncryptedStore } from './encrypted-store.js';
import { type ListStore, MemoryListStore } from './list-store.js';
import { SharedListStore } from './shared-list-store.js';

/** How long lists are kept, how many, and where. */
export interface CardCacheOptions {
  /**
   * How long a list is kept, in milliseconds; an empty list 5 s at most. A card that is deleted outside this library
   * (Ottu's Checkout SDK sends no webhook) is shown for so long.
   *
   * @default 30_000
   */
  readonly ttlMs?: number | undefined;
  /** Lists kept in the memory of this process at most; the one unused for longest goes first. @default 1_000 */
  readonly maxEntries?: number | undefined;
  /**
   * Keeps the lists, encrypted, for all instances of a shop.
   *
   * @default none: the memory of this process
   */
  readonly store?: CardStore | undefined;
}

const RULES: Rules<keyof CardCacheOptions | 'secret'> = {
  ttlMs: optional((value) => (isWithin(value, 1, 86_400_000) ? undefined : 'must be milliseconds, from 1 to a day')),
  maxEntries: optional((value) =>
    isWithin(value, 1, 1_000_000) && Number.isInteger(value) ? undefined : 'must be a whole number from 1 to 1,000,000',
  ),
  store: optional((value) =>
    hasMethods(value, 'get', 'set', 'delete') ? undefined : 'must have get, set and delete: a Keyv, or your own',
  ),
  secret: optional(() => 'has moved: give it to the module, OttuCardsModule.forRoot({ secret })'), // an option of 0.1
};

/** Keeps lists of saved cards for one `OttuCardsModule`: `forRoot({ …, cache: cardCache() })`. Prints as nothing. */
export class CardCache implements BindableCache {
  readonly #options: CardCacheOptions;
  #lists: ListStore | undefined;

  /** @throws OttuConfigError which tells all problems at once, never a value */
  constructor(options: CardCacheOptions) {
    const problems = isRecord(options) ? problemsOf(options, RULES) : ['the options must be an object'];
    if (problems.length > 0) throw configProblems('cardCache()', problems);
    this.#options = { ...options };
  }

  /**
   * Forgets the customer's lists: for a change that this library did not see. With a `store`, other instances know of it
   * when the promise resolves, unless the store fails.
   *
   * @throws OttuConfigError when the cache was given to no module
   * @throws OttuInputError when `customerId` is not one
   */
  async invalidate(customer: { readonly customerId: string }): Promise<void> {
    const customerId = customer?.customerId;
    const problem = customerIdRule(customerId);
    if (problem !== undefined) {
      const fieldErrors = { customerId: [problem] };
      throw new OttuInputError(`cache.invalidate(): customerId ${problem}.`, { fieldErrors });
    }
    if (this.#lists) return this.#lists.forget(customerId, 0);
    throw new OttuConfigError(
      'cache.invalidate(): this cache belongs to no module. Pass it to OttuCardsModule.forRoot({ cache }) first.',
    );
  }

  /** @hidden */
  bind(binding: CacheBinding): ListCache {
    if (this.#lists) {
      throw new OttuConfigError(
        'cardCache(): this cache serves another OttuCardsModule already. Make one of its own for each: cache: cardCache(…).',
      );
    }
    const { store, ttlMs = 30_000, maxEntries = 1_000 } = this.#options;
    const { secret, origin, env, timeoutMs } = binding;
    this.#lists = store
      ? new SharedListStore(new EncryptedStore(store, secret, [origin, env]), ttlMs)
      : new MemoryListStore({ ttlMs, maxEntries });
    return new CachedLists(this.#lists, timeoutMs);
  }
}
