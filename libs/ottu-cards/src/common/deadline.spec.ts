import { jest } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { Deadline } from './deadline.js';

const MAX = 2 ** 31 - 1;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

it('leaves no timer behind', async () => {
  const controller = new AbortController();
  const deadline = new Deadline({ timeoutMs: 1_000, signal: controller.signal });
  const slept = deadline.sleep(500);
  controller.abort();
  await slept;
  expect(jest.getTimerCount()).toBe(0);
  deadline.release();
  expect(jest.getTimerCount()).toBe(0);
});

it('ends at its deadline', async () => {
  const deadline = new Deadline({ timeoutMs: 1_000 });
  const slept = deadline.sleep(5_000);
  jest.advanceTimersByTime(999);
  expect([deadline.ended, deadline.remainingMs]).toEqual([undefined, 1]);
  jest.advanceTimersByTime(1);
  await slept;
  expect([deadline.ended, deadline.remainingMs]).toEqual(['timeout', 0]);
  deadline.release();
});

it('has no time left rather than less than none', () => {
  const deadline = new Deadline({ timeoutMs: 10 });
  jest.advanceTimersByTime(100);
  expect(deadline.remainingMs).toBe(0);
});

it('bears the longest timer there is', () => {
  const deadline = new Deadline({ timeoutMs: MAX });
  jest.advanceTimersByTime(1_000_000);
  expect(deadline.ended).toBeUndefined();
  deadline.release();
});

it('keeps the first reason to end', () => {
  const [caller, application] = [new AbortController(), new AbortController()];
  const deadline = new Deadline({ timeoutMs: 1_000, signal: caller.signal, shutdown: application.signal });
  application.abort();
  caller.abort();
  jest.advanceTimersByTime(1_000);
  expect(deadline.ended).toBe('shutdown');
  deadline.release();
});

it('sleeps as long as it is told', async () => {
  const deadline = new Deadline({ timeoutMs: 1_000 });
  let awake = false;
  const slept = deadline.sleep(300).then(() => (awake = true));
  await jest.advanceTimersByTimeAsync(299);
  expect(awake).toBe(false);
  await jest.advanceTimersByTimeAsync(1);
  await slept;
  deadline.release();
});

it('does not sleep once it has ended', async () => {
  const deadline = new Deadline({ timeoutMs: 1_000, signal: AbortSignal.abort() });
  await deadline.sleep(500);
  expect(deadline.ended).toBe('aborted');
  deadline.release();
});

it('wakes when its caller aborts, and calls only the listeners that are left', async () => {
  const controller = new AbortController();
  const deadline = new Deadline({ timeoutMs: 1_000, signal: controller.signal });
  const [taken, left] = [jest.fn(), jest.fn()];
  deadline.onEnd(taken)();
  deadline.onEnd(left);
  const slept = deadline.sleep(500);
  controller.abort();
  await slept;
  expect(taken).not.toHaveBeenCalled();
  expect(left).toHaveBeenCalledTimes(1);
  deadline.release();
});

it('calls a listener at once that comes too late', () => {
  const deadline = new Deadline({ timeoutMs: 1_000, signal: AbortSignal.abort() });
  const listener = jest.fn();
  deadline.onEnd(listener);
  expect(listener).toHaveBeenCalledTimes(1);
  deadline.release();
});

describe('race', () => {
  it('gives what the step gives', async () => {
    const deadline = new Deadline({ timeoutMs: 1_000 });
    await expect(deadline.race(async () => 5)).resolves.toEqual({ value: 5 });
    await expect(deadline.race(() => Promise.reject(new Error('x')))).rejects.toThrow('x');
    deadline.release();
  });

  it('gives nothing when the call ends first', async () => {
    const deadline = new Deadline({ timeoutMs: 1_000 });
    const raced = deadline.race(() => new Promise(() => undefined));
    jest.advanceTimersByTime(1_000);
    await expect(raced).resolves.toBeUndefined();
  });

  it('takes no step when the call has ended', async () => {
    const deadline = new Deadline({ timeoutMs: 1_000, signal: AbortSignal.abort() });
    const step = jest.fn(async () => 5);
    await expect(deadline.race(step)).resolves.toBeUndefined();
    expect(step).not.toHaveBeenCalled();
    deadline.release();
  });
});

describe('the signal that calls share', () => {
  it('has one listener for all of them, and none after the last', () => {
    const { signal } = new AbortController();
    const deadlines = Array.from({ length: 20 }, () => new Deadline({ timeoutMs: 1_000, signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    deadlines.slice(1).forEach((deadline) => deadline.release());
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    deadlines[0]?.release();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('ends those that still run, once more when it is used again', () => {
    const controller = new AbortController();
    const [early, late] = [
      new Deadline({ timeoutMs: 1_000, signal: controller.signal }),
      new Deadline({ timeoutMs: 1_000, signal: controller.signal }),
    ];
    early.release();
    controller.abort();
    expect(early.ended).toBeUndefined();
    expect(late.ended).toBe('aborted');
    late.release();
  });
});
