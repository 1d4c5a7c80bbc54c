import { OttuCardsModule, UserCardsService } from 'nestjs-ottu-cards';
import { cardCache } from 'nestjs-ottu-cards/cache';
import { aCard } from 'nestjs-ottu-cards/testing';
import { closeAll, startCards, startContext, startFake } from '../support/application.js';

afterEach(closeAll);

const customerId = 'customer-1';
const NOTHING = { failuresInARow: 0 };

it('knows nothing before the first call, and asks nobody', async () => {
  const { fake, cards } = await startCards();
  expect(cards.status()).toStrictEqual(NOTHING);
  expect(fake.received).toEqual([]);
});

it('counts failures until a call succeeds', async () => {
  const { fake, cards } = await startCards({ maxRetries: 0 });
  const before = Date.now();
  fake.next({ status: 500 });
  fake.next({ status: 401 });
  await expect(cards.list({ customerId })).rejects.toThrow('500');
  await expect(cards.list({ customerId })).rejects.toThrow('401');
  const failed = cards.status();
  expect(failed).toStrictEqual({ lastFailure: { error: 'OttuAuthError', at: expect.any(Date) }, failuresInARow: 2 });
  expect(failed.lastFailure?.at.getTime()).toBeGreaterThanOrEqual(before);

  await cards.list({ customerId });
  expect(cards.status()).toStrictEqual({ ...failed, lastSuccessAt: expect.any(Date), failuresInARow: 0 });
});

it('counts a call that the network ended, and one that Ottu refused', async () => {
  const { fake, cards } = await startCards({ maxRetries: 0 });
  fake.next({ hangUp: true });
  fake.next({ status: 400, body: { detail: 'no' } });
  fake.next({ delayMs: 60_000 });
  await expect(cards.list({ customerId })).rejects.toThrow('broke');
  await expect(cards.list({ customerId })).rejects.toThrow('400');
  await expect(cards.list({ customerId }, { timeoutMs: 50 })).rejects.toThrow('50 ms');
  expect(cards.status()).toMatchObject({ lastFailure: { error: 'OttuTimeoutError' }, failuresInARow: 3 });
});

it('does not count wrong arguments, a card that is not there, a call that its caller ends, and lists from the cache', async () => {
  const { fake, cards } = await startCards({ cache: cardCache() });
  await expect(cards.list({ customerId: '' })).rejects.toThrow('customerId');
  await expect(cards.delete({ customerId, token: aCard().token })).rejects.toThrow('404');
  await expect(cards.list({ customerId }, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  fake.next({ delayMs: 60_000 });
  await expect(cards.find({ customerId, token: '1' }, { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout');
  expect(cards.status()).toStrictEqual(NOTHING);

  await cards.list({ customerId });
  const { lastSuccessAt } = cards.status();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await cards.list({ customerId });
  expect(cards.status().lastSuccessAt).toEqual(lastSuccessAt);
});

it('counts a key that could not be fetched: nothing was sent, and it is ours to mend', async () => {
  const { fake, cards } = await startCards({
    apiKey: () => Promise.reject(new Error('the vault is away')),
    secret: 'obviously-false-secret-of-32-letters',
  });
  await expect(cards.list({ customerId })).rejects.toThrow('apiKey function');
  expect(cards.status()).toMatchObject({ lastFailure: { error: 'OttuConfigError' }, failuresInARow: 1 });
  expect(fake.received).toEqual([]);
});

it('tells how long Ottu asked to be left alone, and does not count what is held back', async () => {
  const { fake, cards } = await startCards();
  fake.next({ status: 429, headers: { 'retry-after': '3600' } });
  await expect(cards.list({ customerId })).rejects.toThrow('429');
  await expect(cards.list({ customerId })).rejects.toThrow('Not sent');
  const { rateLimitedForMs, failuresInARow } = cards.status();
  expect(failuresInARow).toBe(1);
  expect(rateLimitedForMs).toBeGreaterThan(3_590_000);
  expect(rateLimitedForMs).toBeLessThanOrEqual(3_600_000);
});

it('is each merchant’s own', async () => {
  const fake = await startFake();
  const [one, other] = await Promise.all(
    ['kuwait', 'oman'].map((name) => startContext({ imports: [OttuCardsModule.forRoot({ ...fake.options, name })] })),
  );
  await one?.get<UserCardsService>('UserCardsService:kuwait').list({ customerId });
  expect(one?.get<UserCardsService>('UserCardsService:kuwait').status()).toHaveProperty('lastSuccessAt');
  expect(other?.get<UserCardsService>('UserCardsService:oman').status()).toStrictEqual(NOTHING);
});
