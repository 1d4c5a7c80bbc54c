import { isRecord } from '../common/is-record.js';
import { optional, problemsOf, type Rules, sentenceOf } from '../common/rules.js';
import { configProblems } from '../errors/errors.js';

/**
 * A store that the instances of a shop share: a `Keyv` with `@keyv/redis`, or anything else with these three methods.
 * Every instance must read what any of them wrote last: no replica for reads, no copy in the memory of an instance.
 */
export interface CardStore {
  get(key: string): unknown;
  /** Keeps a string; it may be dropped after `ttlMs` milliseconds, or before. */
  set(key: string, value: string, ttlMs: number): unknown;
  delete(key: string): unknown;
}

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

export const CARD_CACHE_DEFAULTS = { ttlMs: 30_000, maxEntries: 1_000 } as const;

const RULES: Rules<keyof CardCacheOptions | 'secret'> = {
  ttlMs: optional((value) => (isWithin(value, 1, 86_400_000) ? undefined : 'must be milliseconds, from 1 to a day')),
  maxEntries: optional((value) =>
    isWithin(value, 1, 1_000_000) && Number.isInteger(value) ? undefined : 'must be a whole number from 1 to 1,000,000',
  ),
  store: optional((value) => (isStore(value) ? undefined : 'must have get, set and delete: a Keyv, or your own')),
  secret: optional(() => 'has moved: give it to the module, OttuCardsModule.forRoot({ secret })'), // an option of 0.1
};

/** @throws OttuConfigError which tells all problems at once, never a value */
export function checkCardCacheOptions(options: unknown): void {
  const problems = isRecord(options)
    ? problemsOf(options, RULES).map((problem) => sentenceOf([problem]))
    : ['the options must be an object'];
  if (problems.length > 0) throw configProblems('cardCache()', problems);
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}

function isStore(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return ['get', 'set', 'delete'].every((name) => typeof Reflect.get(value, name) === 'function');
}
