import fc from 'fast-check';
import { holdsForAllCalls, type Retry, RetryBudget, retryDelayMs } from './retry-policy.js';

const RETRIES: readonly Retry[] = ['never', 'immediately', 'once', 'backoff', 'retry-after', 'too-many-requests'];

describe('retryDelayMs', () => {
  it.each<[retry: Retry, earlier: Retry[], retryAfterMs: number | undefined, delays: (number | undefined)[]]>([
    // the delays for random = 0, ½ and 1
    ['never', [], undefined, [undefined, undefined, undefined]],
    ['never', [], 1_000, [undefined, undefined, undefined]],
    ['immediately', [], undefined, [0, 0, 0]],
    ['immediately', ['backoff'], undefined, [0, 0, 0]],
    ['immediately', ['immediately'], undefined, [0, 200, 400]],
    ['once', [], undefined, [0, 100, 200]],
    ['once', ['backoff'], undefined, [0, 200, 400]],
    ['once', ['once'], undefined, [undefined, undefined, undefined]],
    ['once', ['once', 'backoff'], undefined, [undefined, undefined, undefined]],
    ['backoff', [], undefined, [0, 100, 200]],
    ['backoff', ['immediately'], undefined, [0, 200, 400]],
    ['backoff', ['backoff', 'backoff'], undefined, [0, 400, 800]],
    ['backoff', ['backoff', 'backoff', 'backoff'], undefined, [0, 800, 1_600]],
    ['backoff', ['backoff', 'backoff', 'backoff', 'backoff'], undefined, [0, 1_000, 2_000]],
    ['backoff', [], 5_000, [0, 100, 200]],
    ['retry-after', [], undefined, [0, 100, 200]],
    ['retry-after', [], 2_000, [2_000, 2_100, 2_200]],
    ['retry-after', [], 10_000, [10_000, 10_500, 11_000]],
    ['retry-after', [], 10_001, [undefined, undefined, undefined]],
    ['too-many-requests', [], undefined, [1_000, 1_100, 1_200]],
    ['too-many-requests', ['too-many-requests'], undefined, [1_000, 1_200, 1_400]],
    ['too-many-requests', [], 1, [1, 1.05, 1.1]],
    ['too-many-requests', [], 99_999_999_999_000, [undefined, undefined, undefined]],
  ])('%s after %j with Retry-After %j waits %j ms', (retry, earlier, retryAfterMs, delays) => {
    const found = [0, 0.5, 1].map((random) => retryDelayMs(retry, earlier, retryAfterMs, random));
    expect(found.map((ms) => (ms === undefined ? ms : Math.round(ms * 100) / 100))).toEqual(delays);
  });

  it('stays within its bounds', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...RETRIES),
        fc.array(fc.constantFrom(...RETRIES), { maxLength: 2_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (retry, earlier, random) => {
          const delayMs = retryDelayMs(retry, earlier, undefined, random) ?? 0;
          const most = Math.min(2_000, 200 * 2 ** earlier.length) + (retry === 'too-many-requests' ? 1_000 : 0);
          expect(delayMs >= 0 && delayMs <= most).toBe(true);
        },
      ),
    );
  });

  it('is never shorter than the server asked for, nor much longer', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Retry>('retry-after', 'too-many-requests'),
        fc.double({ min: 1, max: 1e18, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (retry, retryAfterMs, random) => {
          const delayMs = retryDelayMs(retry, [], retryAfterMs, random) ?? retryAfterMs;
          expect(delayMs >= retryAfterMs && delayMs <= retryAfterMs * 1.1).toBe(true);
        },
      ),
    );
  });
});

it.each<[retry: Retry, may: boolean]>([
  ['never', false],
  ['immediately', false],
  ['once', false],
  ['backoff', false],
  ['retry-after', true],
  ['too-many-requests', true],
])('a Retry-After of a failure that is retried %s holds for all calls: %s', (retry, may) => {
  expect(holdsForAllCalls(retry)).toBe(may);
});

describe('the budget', () => {
  const spendAll = (budget: RetryBudget): number => {
    let spent = 0;
    while (budget.spend()) spent += 1;
    return spent;
  };

  it('holds ten tokens', () => {
    expect(spendAll(new RetryBudget())).toBe(10);
  });

  it('has nothing left once it is empty', () => {
    const budget = new RetryBudget();
    spendAll(budget);
    expect(budget.spend()).toBe(false);
  });

  it.each([
    [9, 0],
    [10, 1],
    [19, 1],
    [95, 9],
    [100, 10],
    [1_000, 10],
  ])('earns a tenth per success: after %i there are %i', (successes, tokens) => {
    const budget = new RetryBudget();
    spendAll(budget);
    for (let n = 0; n < successes; n += 1) budget.earn();
    expect(spendAll(budget)).toBe(tokens);
  });
});
