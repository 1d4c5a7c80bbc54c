import { jest } from '@jest/globals';
import { CircuitBreaker } from './circuit-breaker.js';

const TIMEOUT_MS = 200;
const OPEN_MS = 10_000;

let breaker: CircuitBreaker;
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
  breaker = new CircuitBreaker();
});
afterEach(() => jest.useRealTimers());

const fails = (): Promise<never> => Promise.reject(new Error('no connection'));
const never = (): Promise<never> => new Promise(() => undefined);

async function fail(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await breaker.run(TIMEOUT_MS, fails);
}

/** Whether a task is started now. */
async function starts(): Promise<boolean> {
  const task = jest.fn(fails);
  await breaker.run(TIMEOUT_MS, task);
  return task.mock.calls.length > 0;
}

it('gives what the task gives, and leaves no timer', async () => {
  expect(await breaker.run(TIMEOUT_MS, () => Promise.resolve('value'))).toBe('value');
  expect(jest.getTimerCount()).toBe(0);
});

it.each<[how: string, task: () => Promise<never>]>([
  ['rejects', fails],
  [
    'throws',
    () => {
      throw new Error('no connection');
    },
  ],
])('gives nothing of a task that %s, and leaves no timer', async (_, task) => {
  expect(await breaker.run(TIMEOUT_MS, task)).toBeUndefined();
  expect(jest.getTimerCount()).toBe(0);
});

it('waits for a task until its time is over, and no longer', async () => {
  let settled = 0;
  const settle = (): void => {
    settled += 1;
  };
  const slow = breaker.run(TIMEOUT_MS, never).then(settle);
  const late = breaker.run(TIMEOUT_MS, () => new Promise((_, reject) => setTimeout(reject, 1_000))).then(settle);
  await jest.advanceTimersByTimeAsync(TIMEOUT_MS - 1);
  expect(settled).toBe(0);
  await jest.advanceTimersByTimeAsync(1);
  await Promise.all([slow, late]);
  await jest.advanceTimersByTimeAsync(1_000); // an unhandled rejection would fail this file
});

it('takes an answer that came in time to a process that was too busy to see it', async () => {
  const answered = breaker.run(TIMEOUT_MS, () => new Promise((resolve) => setImmediate(resolve, 'value')));
  jest.advanceTimersByTime(TIMEOUT_MS);
  expect(await answered).toBe('value');
});

it('starts no task for 10 s after five failures in a row', async () => {
  await fail(4);
  expect(await starts()).toBe(true);
  jest.advanceTimersByTime(OPEN_MS - 1);
  expect(await starts()).toBe(false);
  jest.advanceTimersByTime(1);
  expect(await starts()).toBe(true);
});

it('counts a task that takes too long as a failure', async () => {
  for (let time = 0; time < 5; time += 1) {
    const slow = breaker.run(TIMEOUT_MS, never);
    await jest.advanceTimersByTimeAsync(TIMEOUT_MS);
    await slow;
  }
  expect(await starts()).toBe(false);
});

it('begins another pause at the first failure after one, and counts from zero after a success', async () => {
  await fail(5);
  jest.advanceTimersByTime(OPEN_MS);
  await fail(1);
  expect(await starts()).toBe(false);
  jest.advanceTimersByTime(OPEN_MS);
  await breaker.run(TIMEOUT_MS, () => Promise.resolve(undefined)); // a store that holds nothing works
  await fail(4);
  expect(await starts()).toBe(true);
});

describe('a task that is always started', () => {
  it('is waited for, and its failures are counted, as long as there is no pause', async () => {
    expect(await breaker.runAlways(TIMEOUT_MS, () => Promise.resolve('value'))).toBe('value');
    for (let time = 0; time < 5; time += 1) await breaker.runAlways(TIMEOUT_MS, fails);
    expect(await starts()).toBe(false);
  });

  it('is not waited for during a pause, and does not prolong it', async () => {
    await fail(5);
    jest.advanceTimersByTime(OPEN_MS - 100);
    const task = jest.fn(never);
    const done = breaker.runAlways(TIMEOUT_MS, task);
    expect(task).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(await done).toBeUndefined();
    await breaker.runAlways(TIMEOUT_MS, fails);
    jest.advanceTimersByTime(99);
    expect(await starts()).toBe(true);
  });

  it('is heard during a pause where it answers at once', async () => {
    await fail(5);
    expect(await breaker.runAlways(TIMEOUT_MS, () => Promise.resolve('value'))).toBe('value');
    expect(await breaker.runAlways(TIMEOUT_MS, fails)).toBeUndefined();
  });
});
