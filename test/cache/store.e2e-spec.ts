import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { OttuCardsModule, OttuUnavailableError, UserCardsService } from 'nestjs-ottu-cards';
import { cardCache, type CardStore } from 'nestjs-ottu-cards/cache';
import { aCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, startContext, startFake } from '../support/application.js';
import { CANARIES, leaksIn } from '../support/leaks.js';

const ANNA = { customerId: 'anna' };
const BADER = { customerId: 'bader' };

let fake: FakeOttu;
beforeEach(async () => {
  fake = await startFake();
});
afterEach(() => jest.useRealTimers());
afterEach(closeAll);

async function startInstance(store: CardStore, ttlMs = 30_000): Promise<UserCardsService> {
  const cache = cardCache({ store, ttlMs });
  const context = await startContext({ imports: [OttuCardsModule.forRoot({ ...fake.options, maxRetries: 0, cache })] });
  return context.get(UserCardsService);
}

describe('through a shared store', () => {
  it('instances share their lists', async () => {
    const store = new Map<string, string>();
    const [one, other] = [await startInstance(store), await startInstance(store)];
    const card = fake.save(aCard({ ...ANNA, agreements: ['A-1'] }));
    expect(await one.list(ANNA)).toEqual([card]);
    expect(await other.list(ANNA)).toEqual([card]);
    expect(fake.received).toHaveLength(1);
  });

  it('a thousand concurrent lists are one request', async () => {
    const cards = await startInstance(new Map());
    await Promise.all(Array.from({ length: 1_000 }, () => cards.list(ANNA)));
    expect(fake.received).toHaveLength(1);
  });

  it('a delete in one instance is known to the other at once, even to a list that was under way', async () => {
    const store = new Map<string, string>();
    const [one, other] = [await startInstance(store), await startInstance(store)];
    const card = fake.save(aCard(ANNA));
    await other.list(ANNA);
    fake.next({ status: 200, delayMs: 200, body: [] }); // an old answer that comes after the delete
    const underWay = other.list({ ...ANNA, pgCodes: ['knet'] });
    await sleep(50);
    await one.delete({ ...ANNA, token: card.token });
    expect(await other.list(ANNA)).toEqual([]);
    await underWay;
    fake.received.length = 0;
    await other.list({ ...ANNA, pgCodes: ['knet'] });
    expect(fake.received).toHaveLength(1);
  });

  it('lists end after ttlMs, whatever the store does with them', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout'] });
    const [one, other] = [await startInstance(new Map()), await startInstance(new Map())];
    fake.save(aCard(ANNA));
    for (const cards of [one, other]) await cards.list(ANNA);
    jest.advanceTimersByTime(29_999);
    for (const cards of [one, other]) await cards.list(ANNA);
    expect(fake.received).toHaveLength(2);
    jest.advanceTimersByTime(1);
    for (const cards of [one, other]) await cards.list(ANNA);
    expect(fake.received).toHaveLength(4);
  });

  it('nothing that lies there names or shows anyone', async () => {
    const store = new Map<string, string>();
    const { customerId, token, nameOnCard, cardNumber: number } = CANARIES;
    fake.save(aCard({ customerId, token, nameOnCard, number, last4: '0019' }));
    const cards = await startInstance(store);
    await cards.list({ customerId });
    expect(store.size).toBe(2);
    const text = [...store].flat().join('\n');
    const bytes = [...store.values()].map((value) => Buffer.from(value, 'base64url').toString('latin1')).join('\n');
    expect(leaksIn({ text, bytes })).toEqual([]);
  });

  it.each<[name: string, spoil: (store: Map<string, string>) => void]>([
    ['moved to other keys', (store) => write(store, [...store.values()].toReversed())],
    [
      'cut',
      (store) =>
        write(
          store,
          [...store.values()].map((value) => value.slice(0, -4)),
        ),
    ],
    [
      'of another version',
      (store) =>
        write(
          store,
          [...store.values()].map((value) => value.replace('v1.', 'v0.')),
        ),
    ],
    [
      'garbage',
      (store) =>
        write(
          store,
          [...store.keys()].map(() => '\uD800{"cards":[]}'),
        ),
    ],
    ['gone', (store) => store.clear()],
  ])('values that are %s are as good as none', async (_, spoil) => {
    const store = new Map<string, string>();
    const cards = await startInstance(store);
    const saved = [ANNA, BADER].map((owner) => fake.save(aCard(owner)));
    for (const owner of [ANNA, BADER]) await cards.list(owner);
    spoil(store);
    expect(await cards.list(ANNA)).toEqual([saved[0]]);
    expect(await cards.list(BADER)).toEqual([saved[1]]);
    expect(fake.received).toHaveLength(4);
    await cards.list(ANNA);
    expect(fake.received).toHaveLength(4); // and are mended
  });
});

const forever = (): Promise<never> => new Promise(() => undefined);
const refused = (): Promise<never> => Promise.reject(new Error('connect ECONNREFUSED'));
const thrown = (): never => {
  throw new Error('no connection');
};
const SICK: [name: string, store: CardStore][] = [
  ['refuses', { get: refused, set: refused, delete: refused }],
  ['throws', { get: thrown, set: thrown, delete: thrown }],
  ['never answers', { get: forever, set: forever, delete: forever }],
  ['never takes a value', { get: () => undefined, set: forever, delete: () => false }],
  ['keeps nothing it is given', { get: () => undefined, set: () => true, delete: () => true }],
  ['gives garbage', { get: () => ({ cards: [] }), set: () => true, delete: () => true }],
];

describe.each(SICK)('a store that %s', (_, store) => {
  it('costs a short wait, and everything works as without it', async () => {
    const card = fake.save(aCard(ANNA));
    const cards = await startInstance(store);
    const startedAt = performance.now();
    expect(await cards.list(ANNA)).toEqual([card]);
    expect(performance.now() - startedAt).toBeLessThan(400 + 500);
    expect(await cards.list(ANNA, { fresh: true })).toEqual([card]);
    expect(await cards.find({ ...ANNA, token: card.token })).toEqual(card);
    await cards.delete({ ...ANNA, token: card.token });
    expect(await cards.list(ANNA)).toEqual([]);
  });

  it('does not make a call outlast its deadline or hide an error of Ottu', async () => {
    fake.always({ status: 500 });
    const cards = await startInstance(store);
    await expect(cards.list(ANNA)).rejects.toBeInstanceOf(OttuUnavailableError);
    const startedAt = performance.now();
    const gone = cards.delete({ ...ANNA, token: 'tok-1' }, { timeoutMs: 100 });
    await expect(gone).rejects.toMatchObject({ name: 'OttuDeleteUnknownError' });
    expect(performance.now() - startedAt).toBeLessThan(100 + 500);
  });

  it('still lets concurrent lists share a request, and none that begins after a delete join an earlier one', async () => {
    const card = fake.save(aCard(ANNA));
    const cards = await startInstance(store);
    fake.next({ delayMs: 800, status: 200, body: [] });
    const early = [cards.list(ANNA), cards.list(ANNA)];
    while (fake.received.length === 0) await sleep(5);
    await cards.delete({ ...ANNA, token: card.token });
    fake.save(card);
    expect(await cards.list(ANNA)).toEqual([card]);
    await Promise.all(early);
    expect(fake.received.map(({ method }) => method)).toEqual(['POST', 'DELETE', 'POST']);
  });
});

it('leaves a sick store alone for 10 s after five failures', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout'] });
  let asked = 0;
  const get = (): Promise<never> => {
    asked += 1;
    return refused();
  };
  const cards = await startInstance({ get, set: refused, delete: refused });
  const listTimes = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) await cards.list({ customerId: `customer ${index}` });
  };
  await listTimes(20);
  expect(asked).toBe(2 * 5);
  jest.advanceTimersByTime(9_900);
  await listTimes(5);
  expect(asked).toBe(2 * 5);
  jest.advanceTimersByTime(200);
  await listTimes(5);
  expect(asked).toBe(2 * 6);
});

it('tells a delete to the other instances even while the store has its pause', async () => {
  const store = new Map<string, string>();
  let isWell = true;
  const get = (key: string): unknown => (isWell ? store.get(key) : refused());
  const one = await startInstance({
    get,
    set: (key, value) => store.set(key, value),
    delete: (key) => store.delete(key),
  });
  const other = await startInstance(store);
  const card = fake.save(aCard(ANNA));
  for (const filter of [ANNA, { ...ANNA, pgCodes: ['credit-card'] }]) expect(await other.list(filter)).toEqual([card]);
  isWell = false;
  for (let time = 0; time < 5; time += 1) await one.list(BADER);
  isWell = true;
  await one.delete({ ...ANNA, token: card.token });
  for (const filter of [ANNA, { ...ANNA, pgCodes: ['credit-card'] }]) expect(await other.list(filter)).toEqual([]);
});

it('takes nothing from before a delete that the store has not heard of, once it is well again', async () => {
  const kept = new Map<string, string>();
  let isWell = true;
  const set = (key: string, value: string): boolean => !isWell || kept.set(key, value).size > 0; // says "done" all the same
  const remove = (key: string): boolean => isWell && kept.delete(key);
  const cards = await startInstance({ get: (key) => kept.get(key), set, delete: remove });
  const card = fake.save(aCard(ANNA));
  await cards.list(ANNA);
  isWell = false;
  await cards.delete({ ...ANNA, token: card.token });
  expect(await cards.list(ANNA)).toEqual([]);
  isWell = true;
  expect(await cards.list(ANNA)).toEqual([]);
  fake.received.length = 0;
  await cards.list(ANNA);
  expect(fake.received).toHaveLength(0); // and is of use again
});

/** Puts these values under the keys that are there, in their order. */
function write(store: Map<string, string>, values: readonly string[]): void {
  [...store.keys()].forEach((key, index) => store.set(key, values[index] ?? ''));
}
