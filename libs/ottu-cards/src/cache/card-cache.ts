import { customerIdRule } from '../cards/card-rules.js';
import type { BindableCache, CacheBinding, CardListCache } from '../cards/card-list-cache.js';
import { OttuConfigError, OttuInputError } from '../errors/errors.js';
import { BoundCache } from './bound-cache.js';
import { CARD_CACHE_DEFAULTS, type CardCacheOptions, checkCardCacheOptions } from './card-cache.options.js';
import { MemoryShelf } from './memory-shelf.js';
import { SealedStore } from './sealed-store.js';
import { Sealer } from './sealer.js';
import { SharedShelf } from './shared-shelf.js';

/** Keeps lists of saved cards for one `OttuCardsModule`: `forRoot({ …, cache: cardCache() })`. Prints as nothing. */
export class CardCache implements BindableCache {
  readonly #options: CardCacheOptions;
  #bound: BoundCache | undefined;

  constructor(options: CardCacheOptions) {
    checkCardCacheOptions(options);
    this.#options = { ...options };
  }

  /**
   * Forgets the customer's lists: for a change that this library did not see. With a `store`, other instances know it
   * when the promise resolves, unless the store is sick.
   *
   * @throws OttuConfigError when no module was given this cache
   * @throws OttuInputError when `customerId` is none
   */
  async invalidate(customer: { readonly customerId: string }): Promise<void> {
    const customerId: unknown = (customer ?? {}).customerId;
    const problem = customerIdRule(customerId);
    if (typeof customerId !== 'string' || problem !== undefined) {
      const fieldErrors = { customerId: [problem ?? 'must be a string'] };
      throw new OttuInputError(`cache.invalidate(): customerId ${problem}.`, { fieldErrors });
    }
    if (this.#bound) return this.#bound.forget({ customerId });
    throw new OttuConfigError(
      'cache.invalidate(): this cache belongs to no module. Pass it to OttuCardsModule.forRoot({ cache }) first.',
    );
  }

  bind({ secret: secretOfModule, ...binding }: CacheBinding): CardListCache {
    if (this.#bound) {
      throw new OttuConfigError(
        'cardCache(): this cache serves another OttuCardsModule already. Make one of its own for each: cache: cardCache(…).',
      );
    }
    const { secret = secretOfModule, store, ttlMs, maxEntries } = this.#options;
    if (secret === undefined) {
      throw new OttuConfigError(
        'cardCache(): secret is missing. apiKey is a function, so its keys may change: ' +
          'set cardCache({ secret }) to 32 or more random characters, the same in all instances.',
      );
    }
    const sealer = new Sealer(secret);
    const limits = {
      ttlMs: ttlMs ?? CARD_CACHE_DEFAULTS.ttlMs,
      maxEntries: maxEntries ?? CARD_CACHE_DEFAULTS.maxEntries,
    };
    const shelf = store ? new SharedShelf(new SealedStore(store, sealer), limits) : new MemoryShelf(limits);
    this.#bound = new BoundCache(binding, shelf, sealer);
    return this.#bound;
  }
}
