import { configProblems } from '../errors/config-problems.js';
import type { CardStore } from './sealed-store.js';

/** How long lists are kept, how many, and where. */
export interface CardCacheOptions {
  /**
   * How long a list is kept, in milliseconds; an empty one 5 s at most. A card deleted past this library (Ottu's
   * Checkout SDK sends no webhook) is shown so long.
   *
   * @default 30_000
   */
  readonly ttlMs?: number | undefined;
  /** Lists kept in this process at most; the one unused for longest goes first. @default 1_000 */
  readonly maxEntries?: number | undefined;
  /**
   * Keeps the lists, sealed, for all instances of a shop: a `Keyv` with `@keyv/redis`, for one.
   *
   * @default none: the memory of this process
   */
  readonly store?: CardStore | undefined;
  /**
   * What names and seals are derived from, the same in all instances. Required when the module's `apiKey` is a
   * function: with each new key the cache would be empty.
   *
   * @default the API key
   */
  readonly secret?: string | undefined;
}

export const CARD_CACHE_DEFAULTS = { ttlMs: 30_000, maxEntries: 1_000 } as const;

const MIN_SECRET = 32;

type Rule = (value: unknown) => string | undefined;

const RULES: Readonly<Record<keyof CardCacheOptions, Rule>> = {
  ttlMs: (value) => (isWithin(value, 1, 86_400_000) ? undefined : 'must be milliseconds, from 1 to a day'),
  maxEntries: (value) =>
    isWithin(value, 1, 1_000_000) && Number.isInteger(value) ? undefined : 'must be a whole number from 1 to 1,000,000',
  store: (value) => (isStore(value) ? undefined : "must have get, set and delete: a Keyv, or one's own"),
  secret: (value) =>
    typeof value === 'string' && value.length >= MIN_SECRET
      ? undefined
      : `must be a string of ${MIN_SECRET} or more random characters`,
};

/** @throws OttuConfigError which tells all problems at once, never a value */
export function checkCardCacheOptions(options: object): void {
  const given = new Map<string, unknown>(Object.entries(options));
  const unknown = [...given.keys()].filter((name) => !Object.hasOwn(RULES, name));
  const problems = [
    ...Object.entries(RULES).flatMap(([name, rule]) => {
      const problem = given.get(name) === undefined ? undefined : rule(given.get(name));
      return problem === undefined ? [] : [`${name} ${problem}`];
    }),
    ...unknown.map((name) => `${JSON.stringify(name.slice(0, 40))} is not an option`),
  ];
  if (problems.length > 0) throw configProblems('cardCache()', problems);
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}

function isStore(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return ['get', 'set', 'delete'].every((name) => typeof Reflect.get(value, name) === 'function');
}
