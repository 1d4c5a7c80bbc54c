import { timeoutRule } from './ottu-call.js';

it.each([1, 1.5, 12_000, 2 ** 31 - 1])('takes %p as timeoutMs', (value) => {
  expect(timeoutRule(value)).toBeUndefined();
});

it.each([0, 0.9, -1, Number.NaN, Infinity, 2 ** 31, '12000', undefined, null])(
  'refuses %p as timeoutMs: no timer could wait for it',
  (value) => {
    expect(timeoutRule(value)).toBe('must be a number of milliseconds, 1 or more');
  },
);
