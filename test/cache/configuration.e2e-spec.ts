import { inspect } from 'node:util';
import { OttuCardsModule, OttuConfigError, OttuInputError } from 'nestjs-ottu-cards';
import { cardCache, type CardCacheOptions } from 'nestjs-ottu-cards/cache';
import { closeAll, startContext } from '../support/application.js';
import { CANARIES, leaksIn, leaksOf } from '../support/leaks.js';

afterEach(closeAll);

const OPTIONS = { apiKey: CANARIES.apiKey, env: 'sandbox' } as const;
const SECRET = 'obviously-false-secret-of-32-characters';

it.each<[problem: string, options: unknown]>([
  ['ttlMs must be milliseconds, from 1 to a day', { ttlMs: 0 }],
  ['ttlMs must be milliseconds, from 1 to a day', { ttlMs: '30000' }],
  ['ttlMs must be milliseconds, from 1 to a day', { ttlMs: Number.NaN }],
  ['maxEntries must be a whole number from 1 to 1,000,000', { maxEntries: 1.5 }],
  ['store must have get, set and delete: a Keyv, or your own', { store: { get: () => undefined } }],
  ['secret has moved: give it to the module, OttuCardsModule.forRoot({ secret })', { secret: SECRET }],
  ['ttl is not an option', { ttl: 5 }],
  ['ttlms is not an option: did you mean ttlMs?', { ttlms: 5 }],
  ['the options must be an object', null],
])('refuses: %s', (problem, options) => {
  expect(() => cardCache(options as CardCacheOptions)).toThrow(
    new OttuConfigError(`cardCache(): 1 problem — ${problem}.`),
  );
});

it('tells all problems of its options at once', () => {
  expect(() => cardCache({ ttlMs: -1, maxEntries: 0 })).toThrow(/^cardCache\(\): 2 problems — ttlMs .*; maxEntries /);
});

it.each<[name: string, cache: unknown]>([
  ['options instead of a cache', { ttlMs: 1 }],
  ['true', true],
])('does not boot with %s', async (_, cache) => {
  const options = Object.assign({}, OPTIONS, { cache }) as Parameters<typeof OttuCardsModule.forRoot>[0];
  await expect(startContext({ imports: [OttuCardsModule.forRoot(options)] })).rejects.toThrow(
    'cache must be made by cardCache() of nestjs-ottu-cards/cache',
  );
});

it('serves one module only: a second one with the same cache does not boot', async () => {
  const cache = cardCache();
  const booting = startContext({
    imports: [
      OttuCardsModule.forRoot({ ...OPTIONS, name: 'kuwait', cache }),
      OttuCardsModule.forRoot({ ...OPTIONS, name: 'qatar', cache }),
    ],
  });
  await expect(booting).rejects.toThrow(
    new OttuConfigError(
      'OttuCardsModule.forRoot() "qatar": cardCache(): this cache serves another OttuCardsModule already. Make one of its own for each: cache: cardCache(…).',
    ),
  );
});

it('takes a cache from a factory', async () => {
  const useFactory = () => ({ ...OPTIONS, cache: cardCache() });
  await expect(startContext({ imports: [OttuCardsModule.forRootAsync({ useFactory })] })).resolves.toBeDefined();
});

it('says so when it is to forget and belongs to no module', async () => {
  await expect(cardCache().invalidate({ customerId: 'anna' })).rejects.toThrow(
    /^cache\.invalidate\(\): this cache belongs to no module\./,
  );
});

it('refuses to forget what is no customer, without showing it', async () => {
  const failure: unknown = await cardCache()
    .invalidate({ customerId: ` ${CANARIES.customerId}` })
    .catch((error: unknown) => error);
  expect(OttuInputError.is(failure)).toBe(true);
  expect(await leaksOf(failure)).toEqual([]);
});

it.each([undefined, new Map<string, string>()])('prints without the secret that its module gave it', (store) => {
  const cache = cardCache({ store });
  const lists = cache.bind({
    origin: 'https://pay.shop.example',
    env: 'sandbox',
    timeoutMs: 1,
    secret: CANARIES.apiKey,
  });
  expect(leaksIn({ printed: inspect([cache, lists], { depth: Infinity, showHidden: true }) })).toEqual([]);
});

it.each([null, undefined, {}, { customerId: 7 }])('refuses to invalidate %j', async (customer) => {
  await expect(cardCache().invalidate(customer as never)).rejects.toMatchObject({ name: 'OttuInputError' });
});
