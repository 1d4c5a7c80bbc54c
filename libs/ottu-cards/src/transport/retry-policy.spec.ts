import fc from 'fast-check';
import { mayAskForPause, parseRetryAfter, type Retry, retryDelayMs } from './retry-policy.js';

const NOW = Date.parse('Fri, 20 Nov 2026 10:00:00 GMT');
const RETRIES: readonly Retry[] = ['never', 'now', 'once', 'backoff', 'as-told', 'throttled'];

describe('retryDelayMs', () => {
  it.each<[retry: Retry, earlier: Retry[], retryAfterMs: number | undefined, delays: (number | undefined)[]]>([
    // the delays for random = 0, ½ and 1
    ['never', [], undefined, [undefined, undefined, undefined]],
    ['never', [], 1_000, [undefined, undefined, undefined]],
    ['now', [], undefined, [0, 0, 0]],
    ['now', ['backoff'], undefined, [0, 0, 0]],
    ['now', ['now'], undefined, [0, 200, 400]],
    ['once', [], undefined, [0, 100, 200]],
    ['once', ['backoff'], undefined, [0, 200, 400]],
    ['once', ['once'], undefined, [undefined, undefined, undefined]],
    ['once', ['once', 'backoff'], undefined, [undefined, undefined, undefined]],
    ['backoff', [], undefined, [0, 100, 200]],
    ['backoff', ['now'], undefined, [0, 200, 400]],
    ['backoff', ['backoff', 'backoff'], undefined, [0, 400, 800]],
    ['backoff', ['backoff', 'backoff', 'backoff'], undefined, [0, 800, 1_600]],
    ['backoff', ['backoff', 'backoff', 'backoff', 'backoff'], undefined, [0, 1_000, 2_000]],
    ['backoff', [], 5_000, [0, 100, 200]],
    ['as-told', [], undefined, [0, 100, 200]],
    ['as-told', [], 2_000, [2_000, 2_100, 2_200]],
    ['as-told', [], 10_000, [10_000, 10_500, 11_000]],
    ['as-told', [], 10_001, [undefined, undefined, undefined]],
    ['throttled', [], undefined, [1_000, 1_100, 1_200]],
    ['throttled', ['throttled'], undefined, [1_000, 1_200, 1_400]],
    ['throttled', [], 1, [1, 1.05, 1.1]],
    ['throttled', [], 99_999_999_999_000, [undefined, undefined, undefined]],
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
          const most = Math.min(2_000, 200 * 2 ** earlier.length) + (retry === 'throttled' ? 1_000 : 0);
          expect(delayMs >= 0 && delayMs <= most).toBe(true);
        },
      ),
    );
  });

  it('is never shorter than the server asked for, nor much longer', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Retry>('as-told', 'throttled'),
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
  ['now', false],
  ['once', false],
  ['backoff', false],
  ['as-told', true],
  ['throttled', true],
])('a Retry-After of a failure that is retried %s speaks to all calls: %s', (retry, may) => {
  expect(mayAskForPause(retry)).toBe(may);
});

describe('parseRetryAfter', () => {
  it.each<[header: unknown, ms: number | undefined]>([
    ['1', 1_000],
    [' 120 ', 120_000],
    ['3600', 3_600_000],
    ['99999999999', 99_999_999_999_000],
    ['999999999999999', 999_999_999_999_999_000],
    ['9999999999999999', undefined],
    ['0', undefined],
    ['-5', undefined],
    ['+5', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['5 s', undefined],
    ['٥', undefined],
    ['', undefined],
    ['soon', undefined],
    [undefined, undefined],
    [5, undefined],
    [['5', '6'], undefined],
    ['Fri, 20 Nov 2026 10:00:30 GMT', 30_000],
    ['Fri, 20 Nov 2026 10:00:00 GMT', undefined],
    ['Fri, 20 Nov 2026 09:59:59 GMT', undefined],
    ['Fri, 99 Nov 2026 10:00:30 GMT', undefined],
    ['2026-11-20T10:00:30Z', undefined],
    ['x Fri, 20 Nov 2026 10:00:30 GMT', undefined],
    ['Fri, 20 Nov 2026 10:00:30 GMT x', undefined],
  ])('%j is %j ms', (header, ms) => {
    expect(parseRetryAfter(header, NOW)).toBe(ms);
  });

  it('is a positive number or nothing, whatever stands there', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.integer().map(String), fc.anything()), (header) => {
        const ms = parseRetryAfter(header, NOW) ?? 1;
        expect(ms > 0 && Number.isFinite(ms)).toBe(true);
      }),
    );
  });
});
