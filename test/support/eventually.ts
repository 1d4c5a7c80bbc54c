import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `read` gives `expected`, for what the other end of a connection learns a moment later. */
export async function eventually(read: () => unknown, expected: unknown, withinMs = 1_000): Promise<void> {
  const until = performance.now() + withinMs;
  while ((await read()) !== expected && performance.now() < until) await sleep(5);
  expect(await read()).toBe(expected);
}
