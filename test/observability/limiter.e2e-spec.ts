import { OttuDeleteUnknownError, type OttuLimiter, OttuRateLimitError, OttuTimeoutError } from 'nestjs-ottu-cards';
import { aCard } from 'nestjs-ottu-cards/testing';
import { closeAll, startCards } from '../support/application.js';
import { failureOf } from '../support/cached-cards.js';
import { CANARIES, leaksIn } from '../support/leaks.js';
import { recordLog } from '../support/recorded-log.js';

afterEach(closeAll);

const { customerId, token } = CANARIES;
type Asked = Parameters<OttuLimiter['consume']>;

/** A limiter that remembers what it is asked, and answers by turns; it says yes when there is no further answer. */
function limiter(...answers: (() => unknown)[]): OttuLimiter & { readonly asked: Asked[] } {
  const asked: Asked[] = [];
  return {
    asked,
    consume: async (...question) => {
      asked.push(question);
      return answers.shift()?.();
    },
  };
}

const yes = (): undefined => undefined;
/** What rate-limiter-flexible rejects with when nothing is left: no `Error`. */
const no = (): never => {
  throw { msBeforeNext: 1_500, remainingPoints: 0 }; // oxlint-disable-line no-throw-literal -- as that library does
};
const failing = (): never => {
  throw new Error(`connect ECONNREFUSED redis://:${CANARIES.apiKey}@127.0.0.1`);
};

it('is asked before every request, retries included, for the origin alone', async () => {
  const asks = limiter();
  const { fake, cards } = await startCards({ limiter: asks });
  fake.save(aCard({ customerId, token }));
  fake.next({ status: 503 });
  await cards.list({ customerId });
  await cards.find({ customerId, token });
  await cards.delete({ customerId, token });
  const operations = ['list', 'list', 'find', 'delete'];
  expect(asks.asked).toEqual(operations.map((operation) => [fake.url, 1, { operation }]));
  expect(fake.received).toHaveLength(4);
  expect(leaksIn({ asked: JSON.stringify(asks.asked) })).toEqual([]);
});

it('is asked for a delete when a delete by id looks for the card', async () => {
  const asks = limiter();
  const { fake, cards } = await startCards({ limiter: asks });
  fake.save(aCard({ customerId, token }));
  const [card] = await cards.list({ customerId });
  await cards.delete({ customerId, id: card?.id ?? '' });
  expect(asks.asked.map(([, , { operation }]) => operation)).toEqual(['list', 'delete', 'delete']);
});

it('says no: nothing is sent, and the next call that it allows goes out at once', async () => {
  const { fake, cards } = await startCards({ limiter: limiter(no) });
  const failure = await failureOf(cards.list({ customerId }));
  expect(OttuRateLimitError.is(failure)).toBe(true);
  expect(failure).toMatchObject({ attempts: 0, retryAfterMs: 1_500 });
  expect(failure.message).toMatch(/^Not sent to Ottu: POST .*\(limiter\).* 2 s\.$/);
  expect(fake.received).toEqual([]);
  expect(cards.status()).toStrictEqual({ failuresInARow: 0 });

  expect(await cards.list({ customerId })).toEqual([]);
});

it('says no to the retry of a list: that is the end of the call', async () => {
  const { fake, cards } = await startCards({ limiter: limiter(yes, no) });
  fake.next({ status: 503 });
  expect(await failureOf(cards.list({ customerId }))).toMatchObject({ name: 'OttuRateLimitError', attempts: 1 });
  expect(fake.received).toHaveLength(1);
});

it('says no after a delete that may have acted: it is not known whether it did', async () => {
  const { fake, cards } = await startCards({ limiter: limiter(yes, no) });
  fake.next({ hangUp: true });
  const failure = await failureOf(cards.delete({ customerId, token }));
  expect(OttuDeleteUnknownError.is(failure)).toBe(true);
  expect(failure).toMatchObject({ attempts: 1 });
});

it('says no after a delete that Ottu did not carry out: nothing was deleted', async () => {
  const { fake, cards } = await startCards({ limiter: limiter(yes, no) });
  fake.next({ status: 429, headers: { 'retry-after': '0' } });
  const failure = await failureOf(cards.delete({ customerId, token }));
  expect(OttuRateLimitError.is(failure)).toBe(true);
  expect(failure).toMatchObject({ attempts: 1 });
});

it('fails: calls go out, and the log says so once, without the error of the limiter', async () => {
  const { fake, cards } = await startCards({ limiter: limiter(failing, failing, yes, failing) });
  const lines = recordLog();
  for (const _ of [1, 2, 3, 4]) await cards.list({ customerId });
  expect(fake.received).toHaveLength(4);
  expect(lines.filter((line) => line.includes('limiter'))).toEqual([
    'warn OttuCards: limiter-failed reason=error',
    'log OttuCards: limiter-works',
    'warn OttuCards: limiter-failed reason=error',
  ]);
  expect(leaksIn({ lines: lines.join('\n') })).toEqual([]);
});

it('hangs: the call goes out after a second', async () => {
  const { fake, cards } = await startCards({ limiter: limiter(() => new Promise(() => undefined)) });
  const lines = recordLog();
  const startedAt = performance.now();
  expect(await cards.list({ customerId })).toEqual([]);
  expect(performance.now() - startedAt).toBeLessThan(1_500);
  expect(fake.received).toHaveLength(1);
  expect(lines).toContain('warn OttuCards: limiter-failed reason=slow');
});

it('hangs for longer than the call may take: the call ends in time, and nothing is sent', async () => {
  const { fake, cards } = await startCards({ limiter: limiter(() => new Promise(() => undefined)) });
  const startedAt = performance.now();
  const failure = await failureOf(cards.list({ customerId }, { timeoutMs: 100 }));
  expect(OttuTimeoutError.is(failure)).toBe(true);
  expect(performance.now() - startedAt).toBeLessThan(600);
  expect(fake.received).toEqual([]);
});

it('rejects when the call is long over: nobody hears of it', async () => {
  const late = (): Promise<never> =>
    new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 100).unref());
  const { cards } = await startCards({ limiter: limiter(late, late) });
  await failureOf(cards.list({ customerId }, { timeoutMs: 20 }));
  await failureOf(cards.list({ customerId }, { signal: AbortSignal.timeout(20) }));
  await new Promise((resolve) => setTimeout(resolve, 150));
});

it('is not asked for a call that is held back because Ottu asked for a pause', async () => {
  const asks = limiter();
  const { fake, cards } = await startCards({ limiter: asks });
  fake.next({ status: 429, headers: { 'retry-after': '3600' } });
  await failureOf(cards.list({ customerId }));
  await failureOf(cards.list({ customerId }));
  expect(asks.asked).toHaveLength(1);
});

it('is waited for while Ottu asks another call for a pause: the request does not go out any more', async () => {
  let answer: ((value?: unknown) => void) | undefined;
  const slow = (): Promise<unknown> =>
    new Promise((resolve) => {
      answer = resolve;
    });
  const { fake, cards } = await startCards({ limiter: limiter(slow) });
  const waiting = failureOf(cards.list({ customerId }));
  fake.next({ status: 429, headers: { 'retry-after': '3600' } });
  await failureOf(cards.list({ customerId }));
  answer?.();
  expect(await waiting).toMatchObject({ name: 'OttuRateLimitError', attempts: 0 });
  expect(fake.received).toHaveLength(1);
});
