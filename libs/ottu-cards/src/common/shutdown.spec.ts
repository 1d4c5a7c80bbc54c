import { jest } from '@jest/globals';
import { shutdownClockOf } from './shutdown.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

it('ends five seconds after its first start, however often it is started', () => {
  const clock = shutdownClockOf({});
  clock.start();
  jest.advanceTimersByTime(3_000);
  clock.start();
  jest.advanceTimersByTime(1_999);
  expect(clock.signal.aborted).toBe(false);
  jest.advanceTimersByTime(1);
  expect(clock.signal.aborted).toBe(true);
});

it('is one clock in an application, and another in the next', () => {
  const [one, two] = [{}, {}];
  expect(shutdownClockOf(one)).toBe(shutdownClockOf(one));
  shutdownClockOf(one).start();
  jest.advanceTimersByTime(10_000);
  expect(shutdownClockOf(two).signal.aborted).toBe(false);
});
