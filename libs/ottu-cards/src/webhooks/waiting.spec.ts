import { getEventListeners, getMaxListeners } from 'node:events';
import { hurryController, pause, within } from './waiting.js';

const never = new Promise<never>(() => undefined);

it('gives what settles in time, and lets go of the timer', async () => {
  await expect(within(60_000, Promise.resolve('done'))).resolves.toEqual({ value: 'done' });
  await expect(within(60_000, Promise.resolve(undefined))).resolves.toEqual({ value: undefined });
});

it('gives nothing for what does not settle in time', async () => {
  await expect(within(5, never)).resolves.toBeUndefined();
});

it('rejects with what rejects', async () => {
  await expect(within(60_000, Promise.reject(new Error('away')))).rejects.toThrow('away');
});

it('ends any number of pauses at once, without a warning and without a listener left', async () => {
  const hurry = hurryController();
  const pauses = Array.from({ length: 50 }, () => pause(60_000, hurry.signal));
  expect(getMaxListeners(hurry.signal)).toBe(Infinity);
  hurry.abort();
  await Promise.all(pauses);
  expect(getEventListeners(hurry.signal, 'abort')).toEqual([]);
  await pause(60_000, hurry.signal);
});
