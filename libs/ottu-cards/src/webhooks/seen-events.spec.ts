import { jest } from '@jest/globals';

// lru-cache keeps the clock that it finds when it is loaded, and takes its zero for no time at all.
jest.useFakeTimers();
jest.advanceTimersByTime(1);
const { SeenEvents } = await import('./seen-events.js');

const HOUR_MS = 60 * 60_000;

afterAll(() => {
  jest.useRealTimers();
});

it('remembers an event for 24 hours', async () => {
  const seen = new SeenEvents(undefined);
  await seen.remember('event');
  jest.advanceTimersByTime(24 * HOUR_MS - 1_000);
  await expect(seen.isDone('event')).resolves.toBe(true);
  jest.advanceTimersByTime(2_000);
  await expect(seen.isDone('event')).resolves.toBe(false);
});

it('remembers 10,000 of them, and forgets the oldest', async () => {
  const seen = new SeenEvents(undefined);
  for (let index = 0; index <= 10_000; index += 1) await seen.remember(`event ${index}`);
  await expect(seen.isDone('event 0')).resolves.toBe(false);
  await expect(seen.isDone('event 1')).resolves.toBe(true);
});

it('admits three confirmations of a signature in 24 hours, but for those given back', async () => {
  const seen = new SeenEvents(undefined);
  const admitted = async () => [await seen.admit('signature'), await seen.admit('signature')];
  await expect(admitted()).resolves.toEqual([true, true]);
  await seen.giveBack('signature');
  await expect(admitted()).resolves.toEqual([true, true]);
  await expect(admitted()).resolves.toEqual([false, false]);
  await expect(seen.admit('another')).resolves.toBe(true);
  jest.advanceTimersByTime(24 * HOUR_MS + 1_000);
  await expect(seen.admit('signature')).resolves.toBe(true);
});
