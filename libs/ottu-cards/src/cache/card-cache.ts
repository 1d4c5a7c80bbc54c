import { customerIdRule } from '../cards/card-rules.js';
import type { BindableCache, CacheBinding, ListCache } from '../cards/list-cache.js';
import { OttuConfigError, OttuInputError } from '../errors/errors.js';
import { CachedLists } from './cached-lists.js';
import { CARD_CACHE_DEFAULTS, type CardCacheOptions, checkCardCacheOptions } from './card-cache.options.js';
import { EncryptedStore } from './encrypted-store.js';
import type { ListStore } from './list-store.js';
import { MemoryListStore } from './memory-list-store.js';
import { SharedListStore } from './shared-list-store.js';

/** Keeps lists of saved cards for one `OttuCardsModule`: `forRoot({ …, cache: cardCache() })`. Prints as nothing. */
export class CardCache implements BindableCache {
  readonly #options: CardCacheOptions;
  #lists: ListStore | undefined;

  constructor(options: CardCacheOptions) {
    checkCardCacheOptions(options);
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
    const customerId: unknown = (customer ?? {}).customerId;
    const problem = customerIdRule(customerId);
    if (typeof customerId !== 'string' || problem !== undefined) {
      const fieldErrors = { customerId: [problem ?? 'must be a string'] };
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
    const { store, ttlMs = CARD_CACHE_DEFAULTS.ttlMs, maxEntries = CARD_CACHE_DEFAULTS.maxEntries } = this.#options;
    const { secret, origin, env, timeoutMs } = binding;
    this.#lists = store
      ? new SharedListStore(new EncryptedStore(store, secret, [origin, env]), ttlMs)
      : new MemoryListStore({ ttlMs, maxEntries });
    return new CachedLists(this.#lists, timeoutMs);
  }
}
