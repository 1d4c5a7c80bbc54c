// For shops that show saved cards on every page: lists are shared and kept for a while. Loads nothing of Nest.
import { CardCache, type CardCacheOptions } from './card-cache.js';

export type { CardCache, CardCacheOptions } from './card-cache.js';
export type { CardStore } from './encrypted-store.js';

/**
 * Makes a cache for one module.
 *
 * @example OttuCardsModule.forRoot({ apiKey, env: 'production', merchantId, cache: cardCache({ ttlMs: 30_000 }) })
 * @throws OttuConfigError which tells all problems of the options at once
 */
export function cardCache(options: CardCacheOptions = {}): CardCache {
  return new CardCache(options);
}
