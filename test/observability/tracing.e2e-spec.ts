import { OttuCardsModule, UserCardsService } from 'nestjs-ottu-cards';
import { cardCache } from 'nestjs-ottu-cards/cache';
import { aCard } from 'nestjs-ottu-cards/testing';
import { closeAll, startCards, startContext, startFake } from '../support/application.js';
import { CANARIES } from '../support/leaks.js';
import { endsOf, hearCalls } from '../support/traced-calls.js';

afterEach(closeAll);

const { customerId, token } = CANARIES;
const CARDS = '/b/pbl/v2/card/';
const CARD = '/b/pbl/v2/card/{token}/';

it('tells of a call in the order of tracePromise, with one object throughout', async () => {
  const { cards } = await startCards();
  const heard = hearCalls();
  await cards.list({ customerId });
  expect(heard.map(({ event }) => event)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
  expect(new Set(heard.map(({ context }) => context)).size).toBe(1);
  const begun = { operation: 'list', env: 'sandbox', route: CARDS, attempts: 0, source: 'ottu', durationMs: 0 };
  expect(heard[0]?.trace).toEqual(begun);
  expect(heard[2]?.trace).toEqual({ ...begun, attempts: 1, status: 200, durationMs: expect.any(Number) });
  expect(heard[2]?.trace.durationMs).toBeGreaterThan(0);
});

it('tells of a failure before the end, by the class of the error', async () => {
  const { fake, cards } = await startCards({ maxRetries: 1 });
  fake.always({ status: 500, body: { detail: `${token} ${customerId}` } });
  const heard = hearCalls();
  await expect(cards.list({ customerId })).rejects.toThrow('could not serve');
  expect(heard.map(({ event }) => event)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
  expect(heard[2]?.trace).toMatchObject({ attempts: 2, status: 500, error: 'OttuUnavailableError' });
});

it('tells of find and delete, and shows the template of the address', async () => {
  const { fake, cards } = await startCards();
  fake.save(aCard({ customerId, token, nameOnCard: CANARIES.nameOnCard }));
  const heard = hearCalls();
  await cards.find({ customerId, token });
  await cards.delete({ customerId, token });
  await expect(cards.delete({ customerId, token })).rejects.toThrow('404');
  expect(endsOf(heard)).toMatchObject([
    { operation: 'find', route: CARDS, attempts: 1, status: 200 },
    { operation: 'delete', route: CARD, attempts: 1, status: 204 },
    { operation: 'delete', route: CARD, attempts: 1, status: 404, error: 'OttuNotFoundError' },
  ]);
});

it('tells of a delete by id as one call', async () => {
  const { fake, cards } = await startCards();
  fake.save(aCard({ customerId, token }));
  const [card] = await cards.list({ customerId });
  const heard = hearCalls();
  await cards.delete({ customerId, id: card?.id ?? '' });
  expect(endsOf(heard)).toMatchObject([{ operation: 'delete', route: CARD, attempts: 2, status: 204 }]);
});

it('counts retries and keeps the last status', async () => {
  const { fake, cards } = await startCards();
  fake.next({ status: 503 });
  const heard = hearCalls();
  await cards.list({ customerId });
  expect(endsOf(heard)).toMatchObject([{ attempts: 2, status: 200 }]);
  expect(endsOf(heard)[0]).not.toHaveProperty('error');
});

it('tells of a call whose arguments are refused', async () => {
  const { cards } = await startCards();
  const heard = hearCalls();
  await expect(cards.delete({ customerId, token: '../payment-methods' })).rejects.toThrow('token');
  expect(endsOf(heard)).toMatchObject([{ operation: 'delete', attempts: 0, error: 'OttuInputError' }]);
});

it('tells nothing of the reason that a caller aborts with', async () => {
  const { fake, cards } = await startCards();
  fake.always({ delayMs: 60_000 });
  const heard = hearCalls();
  const controller = new AbortController();
  const call = cards.list({ customerId }, { signal: controller.signal });
  setTimeout(() => controller.abort(Object.assign(new Error(token), { name: token })), 20);
  await expect(call).rejects.toThrow(token);
  expect(endsOf(heard)).toMatchObject([{ error: 'AbortError' }]);
});

it('names the merchant', async () => {
  const fake = await startFake();
  const context = await startContext({ imports: [OttuCardsModule.forRoot({ ...fake.options, name: 'kuwait' })] });
  const heard = hearCalls();
  await context.get<UserCardsService>('UserCardsService:kuwait').list({ customerId });
  expect(endsOf(heard)).toMatchObject([{ merchant: 'kuwait' }]);
});

it('tells a list from the cache, and one that shares a request, from one that was asked for', async () => {
  const { fake, cards } = await startCards({ cache: cardCache() });
  fake.save(aCard({ customerId }));
  const heard = hearCalls();
  await Promise.all([cards.list({ customerId }), cards.list({ customerId })]);
  await cards.list({ customerId });
  const ends = endsOf(heard).map(({ source, attempts, status }) => ({ source, attempts, status }));
  expect(ends).toEqual([
    { source: 'ottu', attempts: 1, status: 200 },
    { source: 'shared', attempts: 0, status: undefined },
    { source: 'cache', attempts: 0, status: undefined },
  ]);
  expect(fake.received).toHaveLength(1);
});
