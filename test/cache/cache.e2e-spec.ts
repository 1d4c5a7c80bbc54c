import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:http';
import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import {
  type ListOptions,
  type OttuCardsOptions,
  OttuDeleteUnknownError,
  OttuError,
  OttuTimeoutError,
  OttuUnavailableError,
} from 'nestjs-ottu-cards';
import type { CardCacheOptions } from 'nestjs-ottu-cards/cache';
import { aCard, type FakeOttu, type ScriptedAnswer } from 'nestjs-ottu-cards/testing';
import { closeAll, closeWithTest, startFake } from '../support/application.js';
import { failureOf, startCachedCards } from '../support/cached-cards.js';
import { eventually } from '../support/eventually.js';
import { CANARIES, leaksIn } from '../support/leaks.js';
import { WIRE_CARD } from '../support/wire-card.js';

const ANNA = { customerId: 'anna' };

let fake: FakeOttu;
beforeEach(async () => {
  fake = await startFake();
});
afterEach(() => jest.useRealTimers());
afterEach(closeAll);

const start = (
  cacheOptions?: CardCacheOptions,
  options?: Partial<OttuCardsOptions>,
): ReturnType<typeof startCachedCards> => startCachedCards(fake, cacheOptions, options);
const arrived = (count: number): Promise<void> => eventually(() => fake.received.length, count);

describe('one request for many askers', () => {
  it('sends one request for a thousand concurrent lists of one customer', async () => {
    const card = fake.save(aCard(ANNA));
    const { cards } = await start();
    const lists = await Promise.all(Array.from({ length: 1_000 }, () => cards.list(ANNA)));
    expect(fake.received).toHaveLength(1);
    expect(lists).toMatchObject(Array.from({ length: 1_000 }, () => [card]));
  });

  it('shares nothing between customers or other filters', async () => {
    const { cards } = await start();
    const filters = [
      ANNA,
      { customerId: 'bader' },
      { ...ANNA, pgCodes: ['knet'] },
      { ...ANNA, agreementId: 'knet' },
      { customerId: 'anna,bader' },
    ];
    await Promise.all(filters.map((filter) => cards.list(filter)));
    await Promise.all(filters.map((filter) => cards.list(filter)));
    expect(fake.received).toHaveLength(filters.length);
  });

  it('takes an empty list of pgCodes for none', async () => {
    const { cards } = await start();
    await cards.list(ANNA);
    await cards.list({ ...ANNA, pgCodes: [] });
    expect(fake.received).toHaveLength(1);
  });

  it('takes the same pgCodes in another order for the same list', async () => {
    const { cards } = await start();
    await cards.list({ ...ANNA, pgCodes: ['knet', 'benefit'] });
    await cards.list({ ...ANNA, pgCodes: ['benefit', 'knet', 'knet'] });
    expect(fake.received).toHaveLength(1);
  });

  it('gives each caller cards of its own', async () => {
    fake.save(aCard({ ...ANNA, token: 'tok-1', agreements: ['A-1'] }));
    const { cards } = await start();
    const lists = await Promise.all([cards.list(ANNA), cards.list(ANNA)]);
    for (const list of [...lists, await cards.list(ANNA)]) {
      expect(list).toEqual([expect.objectContaining({ token: 'tok-1', agreements: ['A-1'] })]);
      for (const card of list)
        Object.assign(card, { token: 'spoilt' }, Object.assign(card.agreements, { 0: 'spoilt' }));
      list.length = 0;
    }
    expect(fake.received).toHaveLength(1);
  });

  it('gives each caller an error of its own, with all that is known', async () => {
    fake.always({ status: 400, body: { customer_id: ['Unknown.'], nested: { field: ['Wrong.'] } } });
    const { cards } = await start();
    const [one, other] = await Promise.all([ottuFailureOf(cards.list(ANNA)), ottuFailureOf(cards.list(ANNA))]);
    const fieldErrors = { customer_id: ['Unknown.'], 'nested.field': ['Wrong.'] };
    expect(one).toMatchObject({ name: 'OttuRefusedError', status: 400, attempts: 1, fieldErrors });
    Object.assign(one.fieldErrors?.['customer_id'] ?? [], { 0: 'spoilt' });
    Object.assign(one.fieldErrors ?? {}, { 'nested.field': 'spoilt' });
    expect(other).toMatchObject({ name: 'OttuRefusedError', status: 400, attempts: 1, fieldErrors });
    expect(other.stack).toContain(other.message);
    expect(fake.received).toHaveLength(1);
  });

  it('tells each caller how long Ottu wants to be left alone, and what it said', async () => {
    fake.always({ status: 429, headers: { 'retry-after': '3600' }, body: { detail: 'Slow down.' } });
    const { cards } = await start();
    const failures = await Promise.all([failureOf(cards.list(ANNA)), failureOf(cards.list(ANNA))]);
    const told = { name: 'OttuRateLimitError', detail: 'Slow down.', retryAfterMs: 3_600_000 };
    expect(failures).toMatchObject([told, told]);
    expect(fake.received).toHaveLength(1);
  });

  it('runs on for the patient caller when the hasty one, who came first, is gone', async () => {
    fake.next({ delayMs: 400 });
    const { cards } = await start();
    const hasty = failureOf(cards.list(ANNA, { timeoutMs: 50 }));
    const patient = cards.list(ANNA, { timeoutMs: 5_000 });
    expect(await hasty).toMatchObject({ name: 'OttuTimeoutError', retryable: true, attempts: 0 }); // nobody counted them
    expect(await patient).toEqual([]);
    expect(fake.received).toHaveLength(1);
  });

  it('counts the attempts of a request that times out with its caller', async () => {
    fake.always({ delayMs: 2_000 });
    const { cards } = await start({}, { timeoutMs: 300, maxRetries: 0 });
    expect(await failureOf(cards.list(ANNA))).toMatchObject({ name: 'OttuTimeoutError', attempts: 1 });
  });

  it('gives the request as much time as the caller has for whom it is sent', async () => {
    fake.next({ delayMs: 600 });
    const { cards } = await start({}, { timeoutMs: 300, maxRetries: 0 });
    const patient = cards.list(ANNA, { timeoutMs: 5_000 });
    const hasty = failureOf(cards.list(ANNA));
    expect(OttuTimeoutError.is(await hasty)).toBe(true);
    expect(await patient).toEqual([]);
    expect(fake.received).toHaveLength(1);
  });

  it('asks again, once, for those who came late and have time left when the request times out', async () => {
    fake.next({ delayMs: 2_000 });
    fake.next({ delayMs: 500 });
    const { cards } = await start({}, { timeoutMs: 300, maxRetries: 0 });
    const first = failureOf(cards.list(ANNA));
    await arrived(1);
    const late = [cards.list(ANNA, { timeoutMs: 5_000 }), cards.list(ANNA, { timeoutMs: 5_000 })];
    expect(await first).toMatchObject({ name: 'OttuTimeoutError', retryable: true });
    expect(await Promise.all(late)).toEqual([[], []]);
    expect(fake.received).toHaveLength(2);
  });

  it('lets one caller abort while the other gets the answer', async () => {
    fake.next({ delayMs: 100 });
    const { cards } = await start();
    const controller = new AbortController();
    const aborted = failureOf(cards.list(ANNA, { signal: controller.signal }));
    const other = cards.list(ANNA);
    const reason = new Error('navigated away');
    await arrived(1);
    controller.abort(reason);
    expect(await aborted).toBe(reason);
    expect(await other).toEqual([]);
  });

  it('aborts the request when the last caller has gone, and lets nobody join it any more', async () => {
    const ottu = await startSilentServer();
    const { cards } = await startCachedCards(fake, {}, { baseUrl: ottu.url });
    const controllers = [new AbortController(), new AbortController()] as const;
    const gone = controllers.map(({ signal }) => failureOf(cards.list(ANNA, { signal })));
    await eventually(() => ottu.requests, 1);
    controllers[0].abort(new Error('gone'));
    await gone[0];
    expect(ottu.closed).toBe(0);
    controllers[1].abort(new Error('gone'));
    await gone[1];
    const late = failureOf(cards.list(ANNA, { timeoutMs: 200 }));
    await eventually(() => ottu.closed, 1, 150);
    await late;
    expect(ottu.requests).toBe(2);
  });

  it('puts one listener on the signal of a thousand callers, and leaves none', async () => {
    const customers = Array.from({ length: 100 }, (_, index) => ({ customerId: `customer ${index}` }));
    for (const options of [{}, { store: new Map<string, string>() }]) {
      const { cards } = await start(options);
      const { signal } = new AbortController();
      const lists = Array.from({ length: 10 }, () => customers.map((filter) => cards.list(filter, { signal }))).flat();
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      await Promise.all(lists);
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    }
  });

  it('leaves no timer, whatever its calls came to', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const card = fake.save(aCard(ANNA));
    const options = { timeoutMs: 3_600_000 };
    const controller = new AbortController();
    for (const { cards, cache } of [await start(), await start({ store: new Map() })]) {
      await Promise.all([cards.list(ANNA, options), cards.list(ANNA, options)]);
      await cards.list(ANNA, { ...options, fresh: true });
      await cards.find({ ...ANNA, token: card.token }, options);
      await cards.delete({ ...ANNA, token: 'unknown' }, options).catch(() => 'not found');
      await cache.invalidate(ANNA);
      fake.next({ delayMs: 100 });
      const aborted = failureOf(cards.list(ANNA, { ...options, signal: controller.signal }));
      controller.abort(new Error('gone'));
      await aborted;
    }
    await eventually(timers, before);
  });

  it('refuses a caller whose signal has aborted already, even where the list is kept', async () => {
    const { cards } = await start();
    await cards.list(ANNA);
    const reason = new Error('too late');
    expect(await failureOf(cards.list(ANNA, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });
});

describe('what is kept', () => {
  it('serves a list for ttlMs, an empty one for 5 s at most', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout'] });
    fake.save(aCard(ANNA));
    const { cards } = await start({ ttlMs: 20_000 });
    const requests = async (customerId: string): Promise<number> => {
      fake.received.length = 0;
      await cards.list({ customerId });
      return fake.received.length;
    };
    expect([await requests('anna'), await requests('nobody')]).toEqual([1, 1]);
    jest.advanceTimersByTime(4_900);
    expect([await requests('anna'), await requests('nobody')]).toEqual([0, 0]);
    jest.advanceTimersByTime(100);
    expect([await requests('anna'), await requests('nobody')]).toEqual([0, 1]);
    jest.advanceTimersByTime(15_000);
    expect([await requests('anna'), await requests('nobody')]).toEqual([1, 1]);
  });

  it('serves a list for 30 s, where no ttlMs is given', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout'] });
    fake.save(aCard(ANNA));
    const { cards } = await start();
    await cards.list(ANNA);
    jest.advanceTimersByTime(29_999);
    await cards.list(ANNA);
    expect(fake.received).toHaveLength(1);
    jest.advanceTimersByTime(1);
    await cards.list(ANNA);
    expect(fake.received).toHaveLength(2);
  });

  it('keeps an empty list no longer than another when ttlMs is short', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout'] });
    const { cards } = await start({ ttlMs: 1_000 });
    await cards.list(ANNA);
    jest.advanceTimersByTime(1_000);
    await cards.list(ANNA);
    expect(fake.received).toHaveLength(2);
  });

  it('never keeps an error', async () => {
    fake.next({ status: 400, body: { detail: 'Nonsense.' } });
    const { cards } = await start();
    expect(await failureOf(cards.list(ANNA))).toMatchObject({ name: 'OttuRefusedError' });
    expect(await cards.list(ANNA)).toEqual([]);
  });

  it('asks Ottu for a fresh list, and keeps what came', async () => {
    const { cards } = await start();
    await cards.list(ANNA);
    const card = fake.save(aCard(ANNA));
    expect(await cards.list(ANNA)).toEqual([]);
    expect(await cards.list(ANNA, { fresh: true })).toMatchObject([card]);
    expect(await cards.list(ANNA)).toMatchObject([card]);
    expect(fake.received).toHaveLength(2);
  });

  it('does not let an older answer replace a fresh one', async () => {
    fake.next({ delayMs: 200, status: 200, body: [] });
    const { cards } = await start();
    const old = cards.list(ANNA);
    await arrived(1);
    const card = fake.save(aCard(ANNA));
    expect(await cards.list(ANNA, { fresh: true })).toMatchObject([card]);
    expect(await old).toEqual([]);
    expect(await cards.list(ANNA)).toMatchObject([card]);
  });

  it.each([0, 'yes', null])('refuses %p as fresh', async (fresh) => {
    const { cards } = await start();
    const options: ListOptions = JSON.parse(JSON.stringify({ fresh }));
    const failure = await failureOf(cards.list(ANNA, options));
    expect(failure).toMatchObject({ name: 'OttuInputError', fieldErrors: { fresh: ['must be true or false'] } });
  });

  it('forgets all lists of the customer, and of no other, when told to', async () => {
    const { cards, cache } = await start();
    const lists = [ANNA, { ...ANNA, pgCodes: ['knet'] }, { customerId: 'bader' }];
    for (const filter of lists) await cards.list(filter);
    await cache.invalidate(ANNA);
    fake.received.length = 0;
    for (const filter of lists) await cards.list(filter);
    expect(fake.received.map(({ body }) => body).join()).not.toContain('bader');
    expect(fake.received).toHaveLength(2);
  });

  it('asks Ottu at every find, and forgets the lists once it has answered', async () => {
    const { cards } = await start();
    await cards.list(ANNA);
    const card = fake.save(aCard(ANNA));
    expect(await cards.find({ ...ANNA, token: card.token })).toMatchObject(card);
    expect(await cards.list(ANNA)).toMatchObject([card]);
    expect(fake.received).toHaveLength(3);
  });

  it('keeps its lists when a find fails', async () => {
    const { cards } = await start({}, { maxRetries: 0 });
    await cards.list(ANNA);
    fake.next({ status: 500 });
    expect(OttuUnavailableError.is(await failureOf(cards.find({ ...ANNA, token: 'tok-1' })))).toBe(true);
    await cards.list(ANNA);
    expect(fake.received).toHaveLength(2);
  });

  it('shows nothing of what it holds when it is printed', async () => {
    const { customerId, token, nameOnCard, cardNumber: number } = CANARIES;
    fake.save(aCard({ customerId, token, nameOnCard, number }));
    const { cards, cache } = await start();
    fake.next({ delayMs: 50 });
    const pending = cards.list({ customerId });
    const printed = (): string => inspect([cards, cache], { depth: Infinity, showHidden: true, getters: true });
    const whileAsking = printed();
    await pending;
    expect(leaksIn({ whileAsking, whenKept: printed() })).toEqual([]);
  });
});

describe('a delete', () => {
  const OUTCOMES: [name: string, answer: ScriptedAnswer][] = [
    ['done', {}],
    ['not found', { status: 404, body: { detail: 'Not found.' } }],
    ['refused', { status: 400, body: { detail: 'The card is locked.' } }],
    ['unauthorised', { status: 401, body: {} }],
    ['unknown', { hangUp: true }],
    ['late', { delayMs: 700 }],
  ];
  const OWN = { timeoutMs: 300 };

  it.each(OUTCOMES)('that is %s makes the customer forgotten', async (_, answer) => {
    const card = fake.save(aCard(ANNA));
    const { cards } = await start({}, { maxRetries: 0 });
    await cards.list(ANNA);
    fake.next(answer);
    await cards.delete({ ...ANNA, token: card.token }, OWN).catch(() => 'whatever it came to');
    await cards.list(ANNA);
    expect(fake.received.map(({ method }) => method)).toEqual(['POST', 'DELETE', 'POST']);
  });

  it('that is aborted makes the customer forgotten before it rejects', async () => {
    const card = fake.save(aCard(ANNA));
    const { cards } = await start();
    await cards.list(ANNA);
    fake.next({ delayMs: 700 });
    const controller = new AbortController();
    const deleted = failureOf(cards.delete({ ...ANNA, token: card.token }, { signal: controller.signal }));
    await arrived(2);
    controller.abort();
    await deleted;
    await cards.list(ANNA);
    expect(fake.received).toHaveLength(3);
  });

  it('is not outlived by a list that began before it', async () => {
    const card = fake.save(aCard(ANNA));
    const { cards } = await start();
    fake.next({ delayMs: 200, status: 200, body: [{ ...WIRE_CARD, customer_id: 'anna', token: card.token }] });
    const early = cards.list(ANNA);
    await arrived(1);
    await cards.delete({ ...ANNA, token: card.token });
    expect(await cards.list(ANNA)).toEqual([]);
    expect(await early).toHaveLength(1); // it asked before, and may hear of before
    expect(await cards.list(ANNA)).toEqual([]);
  });

  it('does not hide a card that is saved again under its token', async () => {
    const card = fake.save(aCard(ANNA));
    const { cards, cache } = await start();
    await cards.delete({ ...ANNA, token: card.token });
    expect(await cards.list(ANNA)).toEqual([]);
    fake.save(card);
    await cache.invalidate(ANNA);
    expect(await cards.list(ANNA)).toMatchObject([card]);
  });

  it('without a clear answer lets no list be kept while Ottu may still carry it out', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout'] });
    const card = fake.save(aCard(ANNA));
    const { cards } = await start({}, { maxRetries: 0 });
    fake.next({ delayMs: 400 }); // the fake deletes when it answers, which nobody waits for
    const failure = await failureOf(cards.delete({ ...ANNA, token: card.token }, { timeoutMs: 200 }));
    expect(OttuDeleteUnknownError.is(failure)).toBe(true);
    expect(await cards.list(ANNA)).toMatchObject([card]);
    await eventually(() => fake.cardsOf('anna').length, 0);
    expect(await cards.list(ANNA)).toEqual([]);
    jest.advanceTimersByTime(59_000);
    const asked = fake.received.length;
    await cards.list(ANNA);
    await cards.list(ANNA);
    expect(fake.received).toHaveLength(asked + 2);
    jest.advanceTimersByTime(1_001);
    await cards.list(ANNA);
    await cards.list(ANNA);
    expect(fake.received).toHaveLength(asked + 3);
  });
});

async function ottuFailureOf(call: Promise<unknown>): Promise<OttuError> {
  const failure = await failureOf(call);
  if (!OttuError.is(failure)) throw failure;
  return failure;
}

/** An Ottu that never answers, and sees when a request is given up. */
async function startSilentServer(): Promise<{ readonly url: string; requests: number; closed: number }> {
  const seen = { url: '', requests: 0, closed: 0 };
  const server = createServer((_, response) => {
    seen.requests += 1;
    response.on('close', () => (seen.closed += 1));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server is closed.');
  closeWithTest(async () => {
    server.closeAllConnections();
    server.close();
  });
  return Object.assign(seen, { url: `http://127.0.0.1:${address.port}` });
}
