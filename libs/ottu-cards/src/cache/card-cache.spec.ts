import { jest } from '@jest/globals';
import type { CacheBinding } from '../cards/list-cache.js';
import { OttuConfigError, OttuInputError } from '../errors/errors.js';
import { aCard } from '../testing/builders.js';
import { CardCache, type CardCacheOptions } from './card-cache.js';

const ANNA = { customerId: 'anna' };
const BINDING: CacheBinding = {
  origin: 'https://pay.shop.example',
  env: 'sandbox',
  timeoutMs: 5_000,
  secret: 'obviously-false-secret-of-32-characters',
};
const DAY_MS = 24 * 60 * 60_000;

const TTL = 'ttlMs must be milliseconds, from 1 to a day';
const MAX = 'maxEntries must be a whole number from 1 to 1,000,000';
const STORE = 'store must have get, set and delete: a Keyv, or your own';
afterEach(() => jest.restoreAllMocks());

const no = (): undefined => undefined;

it.each<[problem: string, options: unknown]>([
  [TTL, { ttlMs: 0.9 }],
  [TTL, { ttlMs: DAY_MS + 1 }],
  [TTL, { ttlMs: '30000' }],
  [MAX, { maxEntries: 0 }],
  [MAX, { maxEntries: 1.5 }],
  [MAX, { maxEntries: 1_000_001 }],
  [STORE, { store: { set: no, delete: no } }],
  [STORE, { store: { get: no, delete: no } }],
  [STORE, { store: { get: no, set: no } }],
  [STORE, { store: 'redis://localhost' }],
  ['secret has moved: give it to the module, OttuCardsModule.forRoot({ secret })', { secret: 'obviously false' }],
  ['the options must be an object', 30_000],
])('refuses: %s', (problem, options) => {
  const refused = new OttuConfigError(`cardCache(): 1 problem — ${problem}.`);
  expect(() => new CardCache(options as CardCacheOptions)).toThrow(refused);
});

it.each<CardCacheOptions>([
  { ttlMs: undefined, maxEntries: undefined, store: undefined },
  { ttlMs: 1, maxEntries: 1 },
  { ttlMs: DAY_MS, maxEntries: 1_000_000 },
  { store: new Map<string, string>() },
])('takes %j', (options) => {
  expect(() => new CardCache(options)).not.toThrow();
});

/** What a cache does for its module: how many of these customers it asked Ottu for, a second time. */
async function askedAgain(cache: CardCache, customers: number): Promise<number> {
  const lists = cache.bind(BINDING);
  let asked = 0;
  const listAll = async (): Promise<void> => {
    for (let index = 0; index < customers; index += 1) {
      const owner = { customerId: `customer ${index}` };
      await lists.list(owner, {}, () => Promise.resolve([aCard(owner)].slice(0, (asked += 1))));
    }
  };
  await listAll();
  asked = 0;
  await listAll();
  return asked;
}

it('keeps a thousand lists in memory', async () => {
  expect(await askedAgain(new CardCache({}), 1_000)).toBe(0);
  expect(await askedAgain(new CardCache({}), 1_001)).toBeGreaterThan(0);
});

it('keeps as many lists in memory as it is told', async () => {
  expect(await askedAgain(new CardCache({ maxEntries: 2 }), 2)).toBe(0);
  expect(await askedAgain(new CardCache({ maxEntries: 2 }), 3)).toBeGreaterThan(0);
});

it('keeps all its lists in the store, where there is one, and each for its module alone', async () => {
  const store = new Map<string, string>();
  expect(await askedAgain(new CardCache({ store, maxEntries: 1 }), 3)).toBe(0);
  const moduleOf = async (binding: Partial<CacheBinding>): Promise<boolean> => {
    let isAsked = false;
    const send = (): Promise<never[]> => {
      isAsked = true;
      return Promise.resolve([]);
    };
    await new CardCache({ store }).bind({ ...BINDING, ...binding }).list({ customerId: 'customer 0' }, {}, send);
    return isAsked;
  };
  expect(await moduleOf({})).toBe(false);
  expect(await moduleOf({ origin: 'https://pay.other.example' })).toBe(true);
  expect(await moduleOf({ env: 'production' })).toBe(true);
  expect(await moduleOf({ secret: 'another-false-secret-of-32-characters' })).toBe(true);
});

it.each([
  [{}, 30_000],
  [{ ttlMs: 10_000 }, 10_000],
])('made with %j keeps a list for %i ms', async (options, ttlMs) => {
  const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
  const lists = new CardCache(options).bind(BINDING);
  const send = jest.fn(() => Promise.resolve([aCard(ANNA)]));
  await lists.list(ANNA, {}, send);
  clock.mockReturnValue(ttlMs - 1);
  await lists.list(ANNA, {}, send);
  expect(send).toHaveBeenCalledTimes(1);
  clock.mockReturnValue(ttlMs);
  await lists.list(ANNA, {}, send);
  expect(send).toHaveBeenCalledTimes(2);
});

it('serves one module only', () => {
  const cache = new CardCache({});
  cache.bind(BINDING);
  expect(() => cache.bind(BINDING)).toThrow(
    new OttuConfigError(
      'cardCache(): this cache serves another OttuCardsModule already. Make one of its own for each: cache: cardCache(…).',
    ),
  );
});

it('gives its module’s calls the module’s time', async () => {
  const send = jest.fn(() => Promise.resolve([]));
  await new CardCache({}).bind(BINDING).list(ANNA, {}, send);
  expect(send).toHaveBeenCalledWith(expect.objectContaining({ timeoutMs: BINDING.timeoutMs }));
});

describe('told of a change', () => {
  it('forgets that customer', async () => {
    const cache = new CardCache({});
    const lists = cache.bind(BINDING);
    let asked = 0;
    const list = (customerId: string) =>
      lists.list({ customerId }, {}, () => Promise.resolve([aCard({ customerId })].slice(0, (asked += 1))));
    for (const customerId of ['anna', 'bader']) await list(customerId);
    await cache.invalidate(ANNA);
    for (const customerId of ['anna', 'bader']) await list(customerId);
    expect(asked).toBe(3);
  });

  it('says so where it belongs to no module', async () => {
    await expect(new CardCache({}).invalidate(ANNA)).rejects.toThrow(
      new OttuConfigError(
        'cache.invalidate(): this cache belongs to no module. Pass it to OttuCardsModule.forRoot({ cache }) first.',
      ),
    );
  });

  it.each([null, undefined, {}, { customerId: 7 }, { customerId: ' anna' }, { customerId: '' }])(
    'refuses %j, and says what is wrong',
    async (customer) => {
      const cache = new CardCache({});
      cache.bind(BINDING);
      const failure: unknown = await cache.invalidate(customer as never).catch((error: unknown) => error);
      if (!OttuInputError.is(failure)) throw new Error('It was not refused.');
      const problem = failure.fieldErrors?.['customerId']?.[0];
      expect(problem).toMatch(/^(?:must|is|may) /);
      expect(failure.message).toBe(`cache.invalidate(): customerId ${problem}.`);
    },
  );
});
