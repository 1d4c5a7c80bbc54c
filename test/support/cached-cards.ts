import { OttuCardsModule, type OttuCardsOptions, UserCardsService } from 'nestjs-ottu-cards';
import { type CardCache, cardCache, type CardCacheOptions } from 'nestjs-ottu-cards/cache';
import type { FakeOttu } from 'nestjs-ottu-cards/testing';
import { startContext } from './application.js';

/** One instance of a shop whose lists are cached; it ends with the test. */
export async function startCachedCards(
  fake: Pick<FakeOttu, 'options'>,
  cacheOptions: CardCacheOptions = {},
  options: Partial<OttuCardsOptions> = {},
): Promise<{ cards: UserCardsService; cache: CardCache }> {
  const cache = cardCache(cacheOptions);
  const context = await startContext({ imports: [OttuCardsModule.forRoot({ ...fake.options, ...options, cache })] });
  return { cards: context.get(UserCardsService), cache };
}

/** The error that a call ends with. */
export async function failureOf(call: Promise<unknown>): Promise<Error> {
  const failure: unknown = await call.then(
    () => new Error('It did not fail.'),
    (error: unknown) => error,
  );
  return failure instanceof Error ? failure : new Error('It failed with something that is no error.');
}
