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
