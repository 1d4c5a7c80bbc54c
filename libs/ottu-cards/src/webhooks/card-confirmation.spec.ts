import { jest } from '@jest/globals';
import type { SavedCard } from '../cards/saved-card.js';
import type { CardClaim } from './webhook-queue.js';

// lru-cache keeps the clock that it finds when it is loaded, and takes its zero for no time at all.
jest.useFakeTimers();
jest.advanceTimersByTime(1);
const { CardConfirmation } = await import('./card-confirmation.js');
const { Deadline } = await import('../common/deadline.js');

const HOUR_MS = 60 * 60_000;
const NOT_LISTED = 'Dropped a saved card: Ottu lists no such card for its customer.';
const REPLAY =
  'Dropped a saved card: its webhook has come with another card that Ottu lists, or with three others. It may be a replay.';
const refused = () => Promise.reject(new Error('refused'));
const never = () => new Promise<never>(() => undefined);

afterAll(() => {
  jest.useRealTimers();
});

const claim = (token: string, signatureId = 'signature-1'): CardClaim => ({
  signatureId,
  token,
  customerId: 'customer-1',
});

/** A confirmation that asks a list of these tokens, and what it asked and logged. */
function setUp(...listed: string[]) {
  const asked: unknown[] = [];
  const log: string[] = [];
  let answer: ((token: string) => Promise<SavedCard | undefined>) | undefined;
  const find = (reference: { readonly token?: string | undefined }) => {
    asked.push(reference);
    const { token = '' } = reference;
    return answer?.(token) ?? Promise.resolve(listed.includes(token) ? ({ token } as SavedCard) : undefined);
  };
  const confirmation = new CardConfirmation({ find }, 2_000, { warn: (line: string) => void log.push(line) });
  const start = (given: CardClaim) => {
    const deadline = new Deadline({ timeoutMs: 60_000 });
    return confirmation.confirm(given, deadline).finally(() => deadline.release());
  };
  return {
    asked,
    log,
    listed,
    start,
    /** From now on. */
    answerWith: (given: typeof answer) => {
      answer = given;
    },
    /** The token of the card that is confirmed, after both looks. */
    confirm: async (given: CardClaim) => {
      const [card] = await Promise.all([start(given), jest.advanceTimersByTimeAsync(2_000)]);
      return card?.token;
    },
  };
}

it('gives a card that Ottu lists for the claimed customer, after one look', async () => {
  const { confirm, asked, log } = setUp('a');
  await expect(confirm(claim('a'))).resolves.toBe('a');
  expect([asked, log]).toEqual([[{ customerId: 'customer-1', token: 'a' }], []]);
});

it('looks a second time, two seconds later: Ottu may list a new card late', async () => {
  const { start, asked, listed } = setUp();
  const card = start(claim('a'));
  await jest.advanceTimersByTimeAsync(1_999);
  expect(asked).toHaveLength(1);
  listed.push('a');
  await jest.advanceTimersByTimeAsync(1);
  await expect(card).resolves.toMatchObject({ token: 'a' });
  expect(asked).toEqual([claim('a'), claim('a')].map(({ customerId, token }) => ({ customerId, token })));
});

it('drops a card that Ottu does not list, says so once, and does not ask for it again', async () => {
  const { confirm, asked, log } = setUp();
  await expect(confirm(claim('a'))).resolves.toBeUndefined();
  await expect(confirm(claim('a'))).resolves.toBeUndefined();
  expect([asked.length, log]).toEqual([2, [NOT_LISTED]]);
});

describe('of the cards that come with one signature', () => {
  it('no other is asked for once one is listed; that one still is', async () => {
    const { confirm, asked, log } = setUp('a', 'b');
    await confirm(claim('a'));
    await expect(confirm(claim('b'))).resolves.toBeUndefined();
    expect([asked.length, log]).toEqual([1, [REPLAY]]);
    await expect(confirm(claim('a'))).resolves.toBe('a');
  });

  it('three are asked for', async () => {
    const { confirm, log } = setUp('c', 'd');
    for (const token of ['a', 'b']) await confirm(claim(token));
    await expect(confirm(claim('c'))).resolves.toBe('c');
    expect(log).toEqual([NOT_LISTED, NOT_LISTED]);
  });

  it('a fourth is not', async () => {
    const { confirm, log } = setUp('d');
    for (const token of ['a', 'b', 'c']) await confirm(claim(token));
    await expect(confirm(claim('d'))).resolves.toBeUndefined();
    expect(log).toEqual([NOT_LISTED, NOT_LISTED, NOT_LISTED, REPLAY]);
  });

  it('those count that are being asked for', async () => {
    const { start, confirm, answerWith, log } = setUp('d');
    answerWith(never);
    for (const token of ['a', 'b', 'c']) void start(claim(token));
    answerWith(undefined);
    await expect(confirm(claim('d'))).resolves.toBeUndefined();
    expect(log).toEqual([REPLAY]);
  });

  it('those do not count that Ottu could not be asked for', async () => {
    const { start, confirm, answerWith } = setUp('d');
    answerWith(refused);
    for (const token of ['a', 'b', 'c']) await expect(start(claim(token))).rejects.toThrow('refused');
    answerWith(undefined);
    await expect(confirm(claim('d'))).resolves.toBe('d');
  });

  it('one that Ottu could not be asked for is not shut out by three others', async () => {
    const { start, confirm, answerWith } = setUp('a');
    answerWith(refused);
    await expect(start(claim('a'))).rejects.toThrow('refused');
    answerWith(undefined);
    for (const token of ['b', 'c', 'd']) await confirm(claim(token));
    await expect(confirm(claim('a'))).resolves.toBe('a');
  });

  it('six are asked for in all, with those that Ottu could not be asked for', async () => {
    const { start, confirm, answerWith, asked, log } = setUp('c');
    answerWith(refused);
    for (const token of ['a', 'b', 'c', 'd', 'e', 'f']) await expect(start(claim(token))).rejects.toThrow('refused');
    await expect(start(claim('g'))).resolves.toBeUndefined();
    expect([asked.length, log]).toEqual([6, [REPLAY]]);
    await expect(start(claim('a'))).rejects.toThrow('refused'); // one of them can be asked for again
    answerWith(undefined);
    await expect(confirm(claim('c'))).resolves.toBe('c');
    await expect(confirm(claim('b'))).resolves.toBeUndefined(); // another card is listed
    expect(log).toEqual([REPLAY, REPLAY]);
  });

  it.each([
    ['is asked for again', never],
    ['cannot be asked for again', refused],
  ])('no other is asked for while one that was listed %s', async (_when, answer) => {
    const { start, confirm, answerWith } = setUp('a', 'b');
    await confirm(claim('a'));
    answerWith(answer);
    void start(claim('a')).catch(() => undefined);
    await jest.advanceTimersByTimeAsync(1);
    answerWith(undefined);
    await expect(confirm(claim('b'))).resolves.toBeUndefined();
  });

  it('none keeps another signature from being confirmed', async () => {
    const { confirm } = setUp('a', 'b');
    await confirm(claim('a'));
    await expect(confirm(claim('b', 'signature-2'))).resolves.toBe('b');
  });

  it('none counts after 24 hours', async () => {
    const { confirm } = setUp('a', 'b');
    await confirm(claim('a'));
    jest.advanceTimersByTime(24 * HOUR_MS - 3_000);
    await expect(confirm(claim('b'))).resolves.toBeUndefined();
    jest.advanceTimersByTime(3_000);
    await expect(confirm(claim('b'))).resolves.toBe('b');
  });
});
