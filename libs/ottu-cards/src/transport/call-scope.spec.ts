import { jest } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { CallScope } from './call-scope.js';

const MAX = 2 ** 31 - 1;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

it('leaves no timer behind', async () => {
  const scope = new CallScope(1_000, undefined);
  const slept = scope.sleep(500);
  scope.end('caller');
  await slept;
  expect(jest.getTimerCount()).toBe(1);
  scope.release();
  expect(jest.getTimerCount()).toBe(0);
});

it('ends at its deadline', async () => {
  const scope = new CallScope(1_000, undefined);
  const slept = scope.sleep(5_000);
  jest.advanceTimersByTime(999);
  expect([scope.ending, scope.remainingMs]).toEqual([undefined, 1]);
  jest.advanceTimersByTime(1);
  await slept;
  expect([scope.ending, scope.remainingMs]).toEqual(['deadline', 0]);
  scope.release();
});

it('has no time left rather than less than none', () => {
  const scope = new CallScope(10, undefined);
  jest.advanceTimersByTime(100);
  expect(scope.remainingMs).toBe(0);
});

it('bears the longest timer there is', () => {
  const scope = new CallScope(MAX, undefined);
  jest.advanceTimersByTime(1_000_000);
  expect(scope.ending).toBeUndefined();
  scope.release();
});

it('keeps the first reason to end', () => {
  const scope = new CallScope(1_000, undefined);
  scope.end('shutdown');
  scope.end('caller');
  expect(scope.ending).toBe('shutdown');
  scope.release();
});

it('sleeps as long as it is told', async () => {
  const scope = new CallScope(1_000, undefined);
  let awake = false;
  const slept = scope.sleep(300).then(() => (awake = true));
  await jest.advanceTimersByTimeAsync(299);
  expect(awake).toBe(false);
  await jest.advanceTimersByTimeAsync(1);
  await slept;
  scope.release();
});

it('does not sleep once it has ended', async () => {
  const scope = new CallScope(1_000, AbortSignal.abort());
  await scope.sleep(500);
  expect(scope.ending).toBe('caller');
  scope.release();
});

it('wakes when its caller aborts, and interrupts only what still runs', async () => {
  const controller = new AbortController();
  const scope = new CallScope(1_000, controller.signal);
  const interrupts: string[] = [];
  await scope.during(Promise.resolve(), () => interrupts.push('first'));
  const slept = scope.sleep(500);
  controller.abort();
  await slept;
  expect(interrupts).toEqual([]);
  scope.release();
});

it('interrupts a step that begins too late', async () => {
  const scope = new CallScope(1_000, AbortSignal.abort());
  const interrupt = jest.fn();
  await scope.during(Promise.resolve(), interrupt);
  expect(interrupt).toHaveBeenCalledTimes(1);
  scope.release();
});

describe('race', () => {
  it('gives what the step gives', async () => {
    const scope = new CallScope(1_000, undefined);
    await expect(scope.race(async () => 5)).resolves.toBe(5);
    await expect(scope.race(() => Promise.reject(new Error('x')))).rejects.toThrow('x');
    scope.release();
  });

  it('gives nothing when the call ends first', async () => {
    const scope = new CallScope(1_000, undefined);
    const raced = scope.race(() => new Promise(() => undefined));
    jest.advanceTimersByTime(1_000);
    await expect(raced).resolves.toBeUndefined();
  });

  it('takes no step when the call has ended', async () => {
    const scope = new CallScope(1_000, AbortSignal.abort());
    const step = jest.fn(async () => 5);
    await expect(scope.race(step)).resolves.toBeUndefined();
    expect(step).not.toHaveBeenCalled();
    scope.release();
  });
});

describe('the signal that calls share', () => {
  it('has one listener for all of them, and none after the last', () => {
    const { signal } = new AbortController();
    const scopes = Array.from({ length: 20 }, () => new CallScope(1_000, signal));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    scopes.slice(1).forEach((scope) => scope.release());
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    scopes[0]?.release();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('ends those that still run, once more when it is used again', () => {
    const controller = new AbortController();
    const [early, late] = [new CallScope(1_000, controller.signal), new CallScope(1_000, controller.signal)];
    early.release();
    controller.abort();
    expect(early.ending).toBeUndefined();
    expect(late.ending).toBe('caller');
    late.release();
  });
});
