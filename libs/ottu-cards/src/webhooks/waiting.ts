import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What `step` gives, or `undefined` when it has not settled within `ms`. With `ref: false` the wait alone does not keep
 * the process running.
 *
 * @throws what `step` throws
 */
export async function within<T>(
  ms: number,
  step: PromiseLike<T>,
  { ref = true } = {},
): Promise<{ readonly value: T } | undefined> {
  const settled = new AbortController();
  const late = sleep(ms, undefined, { signal: settled.signal, ref }).catch(() => undefined);
  try {
    return await Promise.race([step.then((value) => ({ value })), late]);
  } finally {
    settled.abort();
  }
}

/** Waits for `ms`; less when `hurry` aborts. Never rejects. */
export async function pause(ms: number, hurry: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: hurry }).catch(() => undefined);
}

/** Whose signal any number of pauses may listen to. */
export function hurryController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(Infinity, controller.signal); // Node warns of a leak from eleven on
  return controller;
}
