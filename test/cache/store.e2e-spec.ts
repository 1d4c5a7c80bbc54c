import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { OttuUnavailableError, type UserCardsService } from 'nestjs-ottu-cards';
import type { CardStore } from 'nestjs-ottu-cards/cache';
import { aCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, startFake } from '../support/application.js';
import { failureOf, startCachedCards } from '../support/cached-cards.js';
import { eventually } from '../support/eventually.js';
import { CANARIES, leaksIn } from '../support/leaks.js';

const ANNA = { customerId: 'anna' };
const BADER = { customerId: 'bader' };
const TTL_MS = 20_000;

let fake: FakeOttu;
beforeEach(async () => {
  fake = await startFake();
});
afterEach(() => jest.useRealTimers());
afterEach(closeAll);

async function startInstance(store: CardStore, ottu: Pick<FakeOttu, 'options'> = fake): Promise<UserCardsService> {
  return (await startCachedCards(ottu, { store, ttlMs: TTL_MS }, { maxRetries: 0 })).cards;
}

function stopTheClock(): void {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout'] });
}

describe('through a shared store', () => {
  it('instances share their lists', async () => {
    const store = new Map<string, string>();
    const [one, other] = [await startInstance(store), await startInstance(store)];
    const card = fake.save(aCard({ ...ANNA, agreements: ['A-1'] }));
    expect(await one.list(ANNA)).toMatchObject([card]);
    expect(await other.list(ANNA)).toMatchObject([card]);
    expect(fake.received).toHaveLength(1);
  });

  it('a thousand concurrent lists are one request, one version and one kept list', async () => {
    const store = new Map<string, string>();
    const written: string[] = [];
    const cards = await startInstance({
      get: (key) => store.get(key),
      set: (key, value) => written.push(key) && store.set(key, value),
      delete: (key) => store.delete(key),
    });
    await Promise.all(Array.from({ length: 1_000 }, () => cards.list(ANNA)));
    expect(fake.received).toHaveLength(1);
    expect(written).toHaveLength(2);
  });

  it('a list is kept for the codes that were asked for, also when the caller changes them meanwhile', async () => {
    const store = new Map<string, string>();
    const cards = await startInstance({
      get: async (key) => Promise.resolve(store.get(key)),
      set: (key, value) => store.set(key, value),
      delete: (key) => store.delete(key),
    });
    const pgCodes = ['knet'];
    const list = cards.list({ ...ANNA, pgCodes });
    pgCodes[0] = 'credit-card';
    await list;
    expect(fake.received.map(({ body }) => body)).toEqual([expect.stringContaining('["knet"]')]);
  });

  it('a delete in one instance is known to the other at once, even to a list that was under way', async () => {
    const store = new Map<string, string>();
    const [one, other] = [await startInstance(store), await startInstance(store)];
    const card = fake.save(aCard(ANNA));
    await other.list(ANNA);
    fake.next({ status: 200, delayMs: 200, body: [] }); // an old answer that comes after the delete
    const underWay = other.list({ ...ANNA, pgCodes: ['knet'] });
    await eventually(() => fake.received.length, 2);
    await one.delete({ ...ANNA, token: card.token });
    expect(await other.list(ANNA)).toEqual([]);
    await underWay;
    fake.received.length = 0;
    await other.list({ ...ANNA, pgCodes: ['knet'] });
    expect(fake.received).toHaveLength(1);
  });

  it('a change of another kind is known to the other at once, too', async () => {
    const store = new Map<string, string>();
    const [one, other] = [await startInstance(store), await startInstance(store)];
    const changes = [
      () => one.find({ ...ANNA, token: 'tok-1' }),
      () => one.list(ANNA, { fresh: true }),
      () => one.list({ ...ANNA, pgCodes: ['knet'] }, { fresh: true }),
    ];
    for (const change of changes) {
      await other.list(ANNA);
      const card = fake.save(aCard(ANNA));
      await change();
      expect(await other.list(ANNA)).toContainEqual(expect.objectContaining(card));
    }
  });

  it.each<[which: string, start: (store: CardStore) => Promise<[UserCardsService, UserCardsService, FakeOttu]>]>([
    [
      'sandbox and production',
      async (store) => {
        const { cards } = await startCachedCards(fake, { store }, { env: 'production' });
        return [await startInstance(store), cards, fake];
      },
    ],
    [
      'two hosts',
      async (store) => {
        const elsewhere = await startFake();
        return [await startInstance(store), await startInstance(store, elsewhere), elsewhere];
      },
    ],
  ])('%s share no list, nor what is forgotten', async (_, start) => {
    const [one, other, elsewhere] = await start(new Map());
    const card = fake.save(aCard(ANNA));
    expect(await one.list(ANNA)).toMatchObject([card]);
    expect(await other.list(ANNA)).toEqual([]);
    expect(await one.list(ANNA)).toMatchObject([card]);
    await other.list(ANNA, { fresh: true });
    fake.received.length = 0;
    elsewhere.received.length = 0;
    expect(await one.list(ANNA)).toMatchObject([card]);
    expect(await other.list(ANNA)).toEqual([]);
    expect([...fake.received, ...elsewhere.received]).toEqual([]);
  });

  it('after a delete without a clear answer no instance keeps anything for 60 s, whatever is changed meanwhile', async () => {
    stopTheClock();
    const store = new Map<string, string>();
    const [one, other] = [await startInstance(store), await startInstance(store)];
    const [card, kept] = [fake.save(aCard(ANNA)), fake.save(aCard(ANNA))];
    await other.list(ANNA);
    fake.next({ delayMs: 400 }); // the fake deletes when it answers, which nobody waits for
    const failure = await failureOf(one.delete({ ...ANNA, token: card.token }, { timeoutMs: 100 }));
    expect(failure).toMatchObject({ name: 'OttuDeleteUnknownError' });
    expect(await other.list(ANNA)).toMatchObject([card, kept]);
    await other.find({ ...ANNA, token: kept.token });
    expect(await other.list(ANNA)).toMatchObject([card, kept]);
    await eventually(() => fake.cardsOf('anna').length, 1);
    expect(await other.list(ANNA)).toMatchObject([kept]);

    const requestsOf = async (cards: UserCardsService): Promise<number> => {
      const before = fake.received.length;
      for (let time = 0; time < 3; time += 1) await cards.list(ANNA);
      return fake.received.length - before;
    };
    jest.advanceTimersByTime(59_900);
    expect([await requestsOf(one), await requestsOf(other)]).toEqual([3, 3]);
    jest.advanceTimersByTime(101);
    expect(await requestsOf(other)).toBe(1);
    jest.advanceTimersByTime(1_000); // the clock of the other may be late by so much: the deleting instance waits for it
    expect(await requestsOf(one)).toBe(1);
  });

  it('lists end after ttlMs, whatever the store does with them', async () => {
    stopTheClock();
    const [one, other] = [await startInstance(new Map()), await startInstance(new Map())];
    fake.save(aCard(ANNA));
    for (const cards of [one, other]) await cards.list(ANNA);
    jest.advanceTimersByTime(TTL_MS - 1);
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
    expect(await cards.list(ANNA)).toMatchObject([saved[0]]);
    expect(await cards.list(BADER)).toMatchObject([saved[1]]);
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
const late = (ms = 100): Promise<never> => sleep(ms).then(refused);
let turn = 0;
/** One command rejects late, the next throws at once. */
const byTurns = (): Promise<never> => ((turn += 1) % 2 === 1 ? late() : thrown());
const raise = (what: unknown): never => {
  throw what;
};
/** An object that looks like a promise and cannot be awaited. */
// oxlint-disable-next-line unicorn/no-thenable -- to be awaited is what it is for
const odd = Object.defineProperty({}, 'then', { get: thrown });
const FAILING: [name: string, store: CardStore][] = [
  ['refuses', { get: refused, set: refused, delete: refused }],
  ['throws', { get: thrown, set: thrown, delete: thrown }],
  ['never answers', { get: forever, set: forever, delete: forever }],
  ['never takes a value', { get: () => undefined, set: forever, delete: () => false }],
  ['keeps nothing it is given', { get: () => undefined, set: () => true, delete: () => true }],
  ['rejects late', { get: () => late(), set: () => late(), delete: () => late() }],
  ['rejects when nobody waits any more', { get: () => late(300), set: () => late(300), delete: () => late(300) }],
  ['rejects late or throws at once, by turns', { get: byTurns, set: byTurns, delete: byTurns }],
  ['throws what is no error', { get: () => raise(undefined), set: () => raise(null), delete: () => raise('no') }],
  ['gives promises that are none', { get: () => odd, set: () => odd, delete: () => odd }],
  ['gives garbage', { get: () => ({ cards: [] }), set: () => true, delete: () => true }],
];

// These wait a lot, so they run side by side, each with an Ottu of its own: beforeEach and afterEach are not for them.
describe('a store', () => {
  afterAll(closeAll, 30_000);

  async function startBeside(store: CardStore): Promise<{ ottu: FakeOttu; cards: UserCardsService }> {
    const ottu = await startFake();
    return { ottu, cards: await startInstance(store, ottu) };
  }

  it.concurrent.each(FAILING)('that %s costs a short wait, and everything works as without it', async (_, store) => {
    const { ottu, cards } = await startBeside(store);
    const card = ottu.save(aCard(ANNA));
    const startedAt = performance.now();
    expect(await cards.list(ANNA)).toMatchObject([card]);
    expect(performance.now() - startedAt).toBeLessThan(400 + 500);
    expect(await cards.list(ANNA, { fresh: true })).toMatchObject([card]);
    expect(await cards.find({ ...ANNA, token: card.token })).toMatchObject(card);
    await cards.delete({ ...ANNA, token: card.token });
    expect(await cards.list(ANNA)).toEqual([]);
  });

  it.concurrent.each(FAILING)(
    'that %s does not make a call outlast its deadline or hide an error of Ottu',
    async (_, store) => {
      const { ottu, cards } = await startBeside(store);
      ottu.always({ status: 500 });
      await expect(cards.list(ANNA)).rejects.toBeInstanceOf(OttuUnavailableError);
      const startedAt = performance.now();
      const gone = cards.delete({ ...ANNA, token: 'tok-1' }, { timeoutMs: 100 });
      await expect(gone).rejects.toMatchObject({ name: 'OttuDeleteUnknownError' });
      expect(performance.now() - startedAt).toBeLessThan(100 + 500);
    },
  );

  it.concurrent.each(FAILING)(
    'that %s lets concurrent lists share a request, and none that begins after a delete join an earlier one',
    async (_, store) => {
      const { ottu, cards } = await startBeside(store);
      const card = ottu.save(aCard(ANNA));
      ottu.next({ delayMs: 800, status: 200, body: [] });
      const early = [cards.list(ANNA), cards.list(ANNA)];
      await eventually(() => ottu.received.length, 1);
      await cards.delete({ ...ANNA, token: card.token });
      ottu.save(card);
      expect(await cards.list(ANNA)).toMatchObject([card]);
      await Promise.all(early);
      expect(ottu.received.map(({ method }) => method)).toEqual(['POST', 'DELETE', 'POST']);
    },
  );
});

it.each<[name: string, store: CardStore]>([
  ['never answers', { get: forever, set: forever, delete: forever }],
  ['never forgets', { get: () => undefined, set: () => true, delete: forever }],
])('that %s leaves a short call its time for Ottu', async (_name, store) => {
  const cards = await startInstance(store);
  const limits = { timeoutMs: 1_200 };
  const card = fake.save(aCard(ANNA));
  const [listed] = await cards.list(ANNA, { fresh: true, ...limits });
  expect(listed).toMatchObject(card);
  await expect(cards.delete({ ...ANNA, id: listed?.id ?? '' }, limits)).resolves.toBeUndefined();
});

it('is left alone for 10 s after five failures', async () => {
  stopTheClock();
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
  expect(asked).toBe(3 * 5); // the version, the list, and until when a delete is uncertain
  jest.advanceTimersByTime(9_900);
  await listTimes(5);
  expect(asked).toBe(3 * 5);
  jest.advanceTimersByTime(200);
  await listTimes(5);
  expect(asked).toBe(3 * 6);
});

it('is asked on when it fails four times between two successes', async () => {
  const kept = new Map<string, string>();
  let fails = false;
  const store: CardStore = {
    get: (key) => (fails ? refused() : kept.get(key)),
    set: (key, value) => kept.set(key, value),
    delete: (key) => kept.delete(key),
  };
  const cards = await startInstance(store);
  for (let round = 0; round < 3; round += 1) {
    fails = false;
    await cards.list(ANNA);
    fails = true;
    for (let time = 0; time < 4; time += 1) await cards.list(BADER);
  }
  fails = false;
  fake.received.length = 0;
  await cards.list(ANNA);
  expect(fake.received).toHaveLength(0);
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
  for (const filter of [ANNA, { ...ANNA, pgCodes: ['credit-card'] }])
    expect(await other.list(filter)).toMatchObject([card]);
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
