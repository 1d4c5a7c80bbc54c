/**
 * Reads `Retry-After` as milliseconds from now: seconds (a fraction is rounded up) or any form of an HTTP date, the
 * longest of several. `undefined` for garbage, zero and the past. May be far larger than a timer bears: it is compared
 * before it is waited for.
 *
 * @param header as received: a list where it came more than once
 * @see RFC 9110, 10.2.3
 */
export function parseRetryAfter(header: unknown, now: number): number | undefined {
  const lines: unknown[] = [header].flat();
  const pauses = lines.flatMap((line) => (typeof line === 'string' ? pausesIn(line, now) : []));
  const longestMs = Math.min(Math.max(0, ...pauses), Number.MAX_SAFE_INTEGER);
  return longestMs > 0 ? longestMs : undefined;
}

/** Those of a list. A comma after the name of a day belongs to its date. */
function pausesIn(line: string, now: number): number[] {
  return line
    .split(/(?<!\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}),/i)
    .map((item) => pauseOf(item.trim(), now))
    .filter((pauseMs) => !Number.isNaN(pauseMs));
}

function pauseOf(item: string, now: number): number {
  if (/^\d+(?:\.\d*)?$/.test(item)) return Math.ceil(Number(item)) * 1_000;
  return dateOf(item, now) - now;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const TIME = String.raw`(?<hours>\d{2}):(?<minutes>\d{2}):(?<seconds>\d{2})`;

/** @see RFC 9110, 5.6.7: the preferred form, that of RFC 850, and that of C's asctime */
const DATES = [
  String.raw`[a-z]{3}, (?<day>\d{2}) (?<month>[a-z]{3}) (?<year>\d{4}) ${TIME} GMT`,
  String.raw`[a-z]{6,9}, (?<day>\d{2})-(?<month>[a-z]{3})-(?<year>\d{2}) ${TIME} GMT`,
  String.raw`[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) ${TIME} (?<year>\d{4})`,
].map((form) => new RegExp(`^${form}$`, 'i'));

/** `NaN` for what is no date. */
function dateOf(text: string, now: number): number {
  const parts = DATES.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return Number.NaN;
  const { year = '', month = '', day, hours, minutes, seconds } = parts;
  const monthIndex = MONTHS.indexOf(month.toLowerCase());
  const date = Date.UTC(fullYear(year, now), monthIndex, Number(day), Number(hours), Number(minutes), Number(seconds));
  const isReal = new Date(date).getUTCMonth() === monthIndex; // and not the 31st of a shorter month
  return isReal ? date : Number.NaN;
}

/** Two digits that seem to lie more than 50 years ahead mean a year of the past: RFC 9110, 5.6.7. */
function fullYear(digits: string, now: number): number {
  if (digits.length === 4) return Number(digits);
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + Number(digits);
  return year > thisYear + 50 ? year - 100 : year;
}
