/** How a failed attempt may be repeated. */
export type Retry =
  | 'never'
  /** At once: the server had closed a kept-alive socket. A second time in one call it counts as `backoff`. */
  | 'now'
  /** After a pause, but only once in a call. */
  | 'once'
  /** After a pause that grows. */
  | 'backoff'
  /** After the pause that the server asks for, else as `backoff`. */
  | 'as-told'
  /** The same, but never sooner than after a second. */
  | 'throttled';

const BASE_MS = 200;
const MAX_BACKOFF_MS = 2_000;
const THROTTLED_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;

/**
 * How long to wait before the next attempt; `undefined` for no further one.
 *
 * @param earlier how often, and in which ways, this call has been repeated so far
 * @param retryAfterMs what the server asked for, where it did
 * @param random from 0 to 1
 */
export function retryDelayMs(
  retry: Retry,
  earlier: readonly Retry[],
  retryAfterMs: number | undefined,
  random: number,
): number | undefined {
  const backoffMs = random * Math.min(MAX_BACKOFF_MS, BASE_MS * 2 ** earlier.length);
  switch (retry) {
    case 'never':
      return undefined;
    case 'once':
      return earlier.includes('once') ? undefined : backoffMs;
    case 'now':
      return earlier.includes('now') ? backoffMs : 0;
    case 'backoff':
      return backoffMs;
    case 'as-told':
    case 'throttled':
      if (retryAfterMs === undefined) return (retry === 'throttled' ? THROTTLED_MS : 0) + backoffMs;
      return retryAfterMs > LONGEST_WAIT_MS ? undefined : retryAfterMs * (1 + random / 10);
  }
}

/** Whether a `Retry-After` of such a failure speaks to all calls, not to this one alone. */
export function mayAskForPause(retry: Retry): boolean {
  return retry === 'as-told' || retry === 'throttled';
}

/**
 * Reads `Retry-After`, seconds or an HTTP date, as milliseconds from now; `undefined` for garbage, zero and the past.
 * May be far larger than a timer bears: it is compared before it is waited for.
 */
export function parseRetryAfter(header: unknown, now: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const text = header.trim();
  if (/^\d{1,15}$/.test(text)) return positive(Number(text) * 1_000);
  return HTTP_DATE.test(text) ? positive(Date.parse(text) - now) : undefined;
}

/** @see RFC 9110, 5.6.7: the preferred form, and the only one that servers still send */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

function positive(ms: number): number | undefined {
  return ms > 0 ? ms : undefined;
}
