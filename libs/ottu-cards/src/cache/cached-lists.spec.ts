import { jest } from '@jest/globals';
import type { ListOptions, ListSource } from '../cards/list-cache.js';
import type { SavedCard } from '../cards/saved-card.js';
import { OttuDeleteUnknownError, OttuRefusedError, OttuTimeoutError } from '../errors/errors.js';
import { aCard } from '../testing/builders.js';
import type { CallOptions } from '../transport/ottu-call.js';
import { CachedLists } from './cached-lists.js';
import type { ListStore, Lookup } from './list-store.js';

const MODULE_MS = 5_000;
const ANNA = { customerId: 'anna' };
const CARDS = [aCard({ ...ANNA, agreements: ['A-1'] })];
const UNCERTAIN_MS = 60_000;

/** What was asked of the store, in order. */
let asked: string[];
let kept: (readonly SavedCard[])[];
let lookup: () => Lookup | Promise<Lookup>;
let forget: () => Promise<void>;
let lists: CachedLists;

const miss = (): Lookup => ({ key: 'a list of anna', keep: (cards) => void kept.push(cards) });
const hit = (): Lookup => ({ cards: CARDS });
const never = (): Promise<never> => new Promise(() => undefined);
const send = jest.fn<(limits: CallOptions) => Promise<SavedCard[]>>();

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
  [asked, kept, lookup, forget] = [[], [], miss, () => Promise.resolve()];
  send.mockReset().mockImplementation(() => Promise.resolve([...CARDS]));
  const store: ListStore = {
    lookup: ({ customerId }) => {
      asked.push(`lookup ${customerId}`);
      return lookup();
    },
    forget: (customerId, uncertainMs) => {
      asked.push(`forget ${customerId} ${uncertainMs}`);
      return forget();
    },
  };
  lists = new CachedLists(store, MODULE_MS);
});
afterEach(() => {
  const left = jest.getTimerCount();
  jest.useRealTimers();
  if (left > 0) throw new Error('A call left a timer.');
});

/** A list, and who gave it. */
async function list(options: ListOptions = {}): Promise<{ cards: SavedCard[]; source: ListSource['source'] }> {
  const from: ListSource = { source: 'ottu' };
  const cards = await lists.list(ANNA, options, send, from);
  return { cards, source: from.source };
}

/** What a call ends with, when its time may pass. */
async function endOf(call: Promise<unknown>, afterMs: number): Promise<unknown> {
  const end = call.catch((error: unknown) => error);
  await jest.advanceTimersByTimeAsync(afterMs);
  return end;
}

describe('a list', () => {
  it.each<[where: string, found: () => Lookup | Promise<Lookup>]>([
    ['memory', hit],
    ['a store', () => Promise.resolve(hit())],
  ])('that is kept in %s is served as cards of the caller’s own', async (_, found) => {
    lookup = found;
    const { cards, source } = await list();
    expect({ cards, source }).toEqual({ cards: CARDS, source: 'cache' });
    for (const card of cards) Object.assign(card.agreements, { 0: 'spoilt' }, Object.assign(card, { token: 'spoilt' }));
    expect((await list()).cards).toEqual(CARDS);
    expect(send).not.toHaveBeenCalled();
  });

  it('that is not kept is asked for, and kept', async () => {
    const { cards, source } = await list();
    expect({ cards, source }).toEqual({ cards: CARDS, source: 'ottu' });
    expect(kept).toEqual([CARDS]);
    expect(cards).not.toBe(kept[0]);
  });

  it('that another caller is waiting for is shared', async () => {
    const [one, other] = await Promise.all([list(), list()]);
    expect([one.source, other.source]).toEqual(['ottu', 'shared']);
    expect(one.cards).toEqual(other.cards);
    expect(one.cards[0]).not.toBe(other.cards[0]);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('is looked for only after everything before has been forgotten, where a fresh one is wanted', async () => {
    let told = (): void => undefined;
    forget = () =>
      new Promise((resolve) => {
        told = resolve;
      });
    const fresh = list({ fresh: true });
    await jest.advanceTimersByTimeAsync(1);
    expect(asked).toEqual(['forget anna 0']);
    told();
    expect((await fresh).source).toBe('ottu');
    expect(asked).toEqual(['forget anna 0', 'lookup anna']);
  });

  it('needs nobody who wants to know who gave it', async () => {
    expect(await lists.list(ANNA, {}, send)).toEqual(CARDS);
    lookup = hit;
    expect(await lists.list(ANNA, {}, send)).toEqual(CARDS);
  });

  it('that fails is not kept', async () => {
    const failure = new OttuRefusedError('Nonsense.', { attempts: 1, status: 400 });
    send.mockRejectedValue(failure);
    await expect(list()).rejects.toEqual(failure);
    expect(kept).toEqual([]);
  });

  it.each<[limit: string, options: ListOptions, ms: number]>([
    ['the module’s time', {}, MODULE_MS],
    ['the caller’s own time', { timeoutMs: 300 }, 300],
  ])('that the store says nothing of ends with %s', async (_, options, ms) => {
    lookup = never;
    let ended = false;
    const failing = list(options).finally(() => {
      ended = true;
    });
    const end = endOf(failing, ms - 1);
    await jest.advanceTimersByTimeAsync(0);
    expect(ended).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    const failure = await end;
    expect(failure).toMatchObject({
      name: 'OttuTimeoutError',
      message: `No answer from Ottu to a list of saved cards within ${ms} ms (timeoutMs).`,
      attempts: 0,
    });
  });

  it('ends with the caller’s time while the request goes on for another', async () => {
    send.mockImplementation(() => new Promise((resolve) => setTimeout(resolve, 1_000, CARDS)));
    const patient = list();
    expect(OttuTimeoutError.is(await endOf(list({ timeoutMs: 100 }), 100))).toBe(true);
    await jest.advanceTimersByTimeAsync(900);
    expect((await patient).cards).toEqual(CARDS);
  });

  it('is refused to a caller whose signal has aborted before, even where it is kept', async () => {
    lookup = hit;
    const reason = new Error('gone');
    await expect(list({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it.each<[what: string, prepare: () => void]>([
    ['the store', () => (lookup = never)],
    ['Ottu', () => void send.mockImplementation(never)],
  ])('ends with the caller’s reason when that aborts during the wait for %s', async (_, prepare) => {
    prepare();
    const controller = new AbortController();
    const reason = new Error('gone');
    const aborted = list({ signal: controller.signal });
    await jest.advanceTimersByTimeAsync(1);
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
  });
});

describe('a call that changes or shows a change', () => {
  const read = { ...ANNA, effect: 'read' } as const;
  const deletes = { ...ANNA, effect: 'delete' } as const;
  const refused = new OttuRefusedError('The card is locked.', { attempts: 1, status: 400 });
  const unknown = new OttuDeleteUnknownError('No clear answer.', { attempts: 1 });

  it.each([read, deletes])('makes the customer forgotten before it gives its result: %j', async (call) => {
    let told = (): void => undefined;
    forget = () =>
      new Promise((resolve) => {
        told = resolve;
      });
    let settled = false;
    const done = lists.forgetAfter(call, () => Promise.resolve('result')).finally(() => (settled = true));
    await jest.advanceTimersByTimeAsync(1);
    expect({ asked, settled }).toEqual({ asked: ['forget anna 0'], settled: false });
    told();
    expect(await done).toBe('result');
  });

  it('leaves the lists as they are when a read fails', async () => {
    await expect(lists.forgetAfter(read, () => Promise.reject(refused))).rejects.toBe(refused);
    expect(asked).toEqual([]);
  });

  it.each<[outcome: string, error: unknown, uncertainMs: number]>([
    ['was refused', refused, 0],
    ['may have been carried out', unknown, UNCERTAIN_MS],
    ['was aborted', new Error('gone'), UNCERTAIN_MS],
  ])('of a delete that %s makes the customer forgotten', async (_, error, uncertainMs) => {
    // oxlint-disable-next-line prefer-promise-reject-errors -- one of the rows is no OttuError
    await expect(lists.forgetAfter(deletes, () => Promise.reject(error))).rejects.toBe(error);
    expect(asked).toEqual([`forget anna ${uncertainMs}`]);
  });

  it.each<[limit: string, timeoutMs: number | undefined, ms: number]>([
    ['the module’s time', undefined, MODULE_MS],
    ['the caller’s own time', 300, 300],
  ])('does not outlast %s because of the store', async (_, timeoutMs, ms) => {
    forget = never;
    let settled = false;
    const done = lists
      .forgetAfter({ ...deletes, timeoutMs }, () => Promise.resolve('result'))
      .finally(() => (settled = true));
    await jest.advanceTimersByTimeAsync(ms - 1);
    expect(settled).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(await done).toBe('result');
  });

  it('tells the store of a delete, and waits for nothing, when the caller is gone', async () => {
    forget = never;
    const controller = new AbortController();
    const reason = new Error('gone');
    controller.abort(reason);
    const { signal } = controller;
    await expect(lists.forgetAfter({ ...deletes, signal }, () => Promise.reject(reason))).rejects.toBe(reason);
    expect(asked).toEqual([`forget anna ${UNCERTAIN_MS}`]);
  });
});
