import { CANARIES } from '../support/leaks.js';
import { type Fault, ends } from './fault.js';
import { testFaults } from './fault-matrix.js';
import type { RawRequest, Reply } from './raw-server.js';
import { answer, cards, deleted, html, resetting } from './replies.js';

const NOT_FOUND = { detail: 'Not found.' };
const HOST_HINT = /merchantId .*KSA/;
const LIST_HINT = { says: HOST_HINT };

/** What the server was sent, as sentences, in every form it could send back. */
function echoOf({ text }: RawRequest): string[] {
  const { token, customerId, apiKey } = CANARIES;
  const sent = [apiKey, customerId, ...(text.startsWith('DELETE') ? [token] : [])];
  return sent
    .flatMap((value) => [
      value,
      encodeURIComponent(value),
      new URLSearchParams([['', value]]).toString(),
      Buffer.from(value).toString('base64'),
      Buffer.from(`Api-Key ${value}!`).toString('base64'),
      Buffer.from(value).toString('hex'),
      [...Buffer.from(value)].map((byte) => `%${byte.toString(16)}`).join(''),
      JSON.stringify(value).replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
    ])
    .map((form) => `You sent ${form}!`);
}

/** Refuses with a body made of what was sent. */
function echoing(status: number, bodyOf: (echo: string[]) => unknown): Reply {
  return (socket, request) => answer(status, bodyOf(echoOf(request)))(socket, request);
}

const refusal = (body: unknown, has: Readonly<Record<string, unknown>>): Partial<Fault> & Pick<Fault, 'replies'> => ({
  replies: [answer(400, body)],
  list: ends.refused(1, { has: { status: 400, ...has } }),
  delete: ends.refused(1, { has: { status: 400, ...has } }),
});

const MANY_FIELDS = Object.fromEntries(
  Array.from({ length: 80 }, (_, n) => [`field_${n}`, Array.from({ length: 20 }, () => 'x'.repeat(500))]),
);
const FIFTY_FIELDS = Object.fromEntries(
  Array.from({ length: 50 }, (_, n) => [`field_${n}`, Array.from({ length: 10 }, () => `${'x'.repeat(199)}…`)]),
);

const OUTAGES = [408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527];
const OUTAGE_BODIES = [{ detail: 'Try later.' }, html, '', { error: 'Bad Gateway' }];

const throttled = (retryAfter?: string | readonly string[], status = 429): Reply =>
  answer(status, { detail: 'Request was throttled.' }, retryAfter === undefined ? {} : { 'Retry-After': retryAfter });

/** A second by whatever reading: as asked, or because it is a 429. */
const A_SECOND: readonly [retryAfter: string | undefined, name: string][] = [
  ['1', 'in seconds'],
  ['Wed, 21 Oct 2015 07:28:00 GMT', 'in the past'],
  ['soon', 'that is garbage'],
  ['-5', 'that is negative'],
  ['0', 'of zero'],
  [undefined, 'that is absent'],
];

/** An hour in other lawful spellings, and longer. */
const AN_HOUR: readonly [name: string, retryAfter: () => string | readonly string[], says: RegExp][] = [
  ['twice', () => ['3600', '3600'], /in 3600 s/],
  ['twice, the longer one last', () => ['1', '3600'], /in 3600 s/],
  ['as a list', () => '3600, 3600', /in 3600 s/],
  ['with a fraction', () => '3599.1', /in 3600 s/],
  ['as a date of RFC 850', () => rfc850(inAnHour()), /in 3(?:600|599) s/],
  ['as a date of asctime', () => asctime(inAnHour()), /in 3(?:600|599) s/],
  ['as a date and seconds', () => [inAnHour().toUTCString(), '1'], /in 3(?:600|599) s/],
  ['of 16 digits', () => '9'.repeat(16), /in \d{13} s/],
  ['of 400 digits', () => '9'.repeat(400), /in \d{13} s/],
];

function inAnHour(): Date {
  return new Date(Date.now() + 3_600_000);
}

function rfc850(date: Date): string {
  const day = date.toLocaleString('en', { weekday: 'long', timeZone: 'UTC' });
  const [, dayOfMonth, month, year = '', time] = date.toUTCString().split(' ');
  return `${day}, ${dayOfMonth}-${month}-${year.slice(2)} ${time} GMT`;
}

function asctime(date: Date): string {
  const [day = '', dayOfMonth = '', month, year, time] = date.toUTCString().split(' ');
  return `${day.slice(0, 3)} ${month} ${dayOfMonth.replace(/^0/, ' ')} ${time} ${year}`;
}

/** Answers that refuse, or that say that Ottu cannot serve. */
const FAULTS: readonly Fault[] = [
  ...[
    { form: 'a detail', body: (echo: string[]) => ({ detail: echo.slice(0, 4).join(' ') }) },
    { form: 'a list', body: (echo: string[]) => echo },
    { form: 'fields', body: (echo: string[]) => Object.fromEntries(echo.map((text) => [text, [text]])) },
    { form: 'an {error}', body: (echo: string[]) => ({ error: { message: echo.at(-1), field: echo.at(-2) } }) },
  ].flatMap(({ form, body }): Fault[] => [
    {
      fault: `400 that echoes in ${form}`,
      replies: [echoing(400, body)],
      list: ends.refused(1),
      delete: ends.refused(1),
    },
    { fault: `401 that echoes in ${form}`, replies: [echoing(401, body)], list: ends.auth(1), delete: ends.auth(1) },
    {
      fault: `503 that echoes in ${form}`,
      replies: [echoing(503, body)],
      list: ends.unavailable(3),
      delete: ends.unknown(3),
    },
  ]),
  {
    fault: '401 with a detail without a full stop',
    replies: [answer(401, { detail: 'Invalid API key provided' })],
    list: ends.auth(1, { says: /with 401: Invalid API key provided\. Check apiKey: .*\.$/ }),
    delete: ends.auth(1, { says: /with 401: Invalid API key provided\. Check apiKey: .*\.$/ }),
  },
  {
    fault: '404 with a detail without a full stop',
    replies: [answer(404, { detail: 'Not here' })],
    list: ends.refused(1, { says: /with 404: Not here\. Is merchantId/ }),
    delete: ends.notFound(1, { says: /with 404: Not here\.$/ }),
  },
  { fault: '400 with {detail}', ...refusal({ detail: 'No.' }, { detail: 'No.' }) },
  { fault: '400 with {field: []}', ...refusal({ type: ['Not valid.'] }, { fieldErrors: { type: ['Not valid.'] } }) },
  { fault: '400 with a list', ...refusal(['No.', 'Never.'], { detail: 'No. Never.' }) },
  { fault: '400 with {error: {}}', ...refusal({ error: { message: 'No.' } }, { detail: 'No.' }) },
  { fault: '400 nested', ...refusal({ a: { b: ['No.'] } }, { fieldErrors: { 'a.b': ['No.'] } }) },
  { fault: '400 with HTML', ...refusal(html, {}) },
  { fault: '400 with many fields', ...refusal(MANY_FIELDS, { fieldErrors: FIFTY_FIELDS }) },
  ...[409, 415, 422].map((status): Fault => ({
    fault: `${status}`,
    replies: [answer(status, { card: ['Locked.'] })],
    list: ends.refused(1, { has: { status, fieldErrors: { card: ['Locked.'] } } }),
    delete: ends.refused(1, { has: { status, fieldErrors: { card: ['Locked.'] } } }),
  })),
  {
    fault: '405',
    replies: [answer(405, NOT_FOUND)],
    list: ends.refused(1, LIST_HINT),
    delete: ends.refused(1),
  },
  ...[401, 403].map((status): Fault => ({
    fault: `${status}`,
    replies: [answer(status, { detail: 'Authentication credentials were not provided.' })],
    list: ends.auth(1, { has: { status } }),
    delete: ends.auth(1, { has: { status } }),
  })),
  {
    fault: '404 as JSON',
    replies: [answer(404, NOT_FOUND)],
    list: ends.refused(1, LIST_HINT),
    delete: ends.notFound(1),
  },
  {
    fault: '404 as HTML',
    replies: [answer(404, html)],
    list: ends.refused(1, LIST_HINT),
    delete: ends.refused(1, { says: /merchantId/ }),
  },
  { fault: 'a reset, then 404 as HTML', replies: [resetting(), answer(404, html)], delete: ends.unknown(2) },
  ...[{}, { message: 'no Route matched with those values' }, { detail: ['Not found.'] }].flatMap((body): Fault[] => [
    {
      fault: `404 of a gateway, ${JSON.stringify(body)}`,
      replies: [answer(404, JSON.stringify(body))],
      list: ends.refused(1, LIST_HINT),
      delete: ends.refused(1, { says: /merchantId/ }),
    },
    {
      fault: `502, then 404 of a gateway, ${JSON.stringify(body)}`,
      replies: [answer(502, html), answer(404, JSON.stringify(body))],
      delete: ends.unknown(2),
    },
  ]),
  { fault: '500, then 404', replies: [answer(500), answer(404, NOT_FOUND)], delete: ends.done(2) },
  { fault: '429, then 404', replies: [throttled('1'), answer(404, NOT_FOUND)], delete: ends.notFound(2) },
  {
    fault: '500, then 429',
    replies: [answer(500), throttled('3600')],
    list: ends.rateLimit(2),
    delete: ends.unknown(2),
  },
  { fault: '500, then 400', replies: [answer(500), answer(400, {})], list: ends.refused(2), delete: ends.unknown(2) },
  ...OUTAGES.flatMap((status, index): Fault[] => [
    {
      fault: `${status}`,
      replies: [answer(status, OUTAGE_BODIES[index % OUTAGE_BODIES.length])],
      list: ends.unavailable(3, { has: { status } }),
      delete: ends.unknown(3, { has: { status } }),
    },
    { fault: `${status}, once`, replies: [answer(status), cards], list: ends.cards(2) },
    { fault: `${status}, once, then 204`, replies: [answer(status), deleted], delete: ends.done(2) },
  ]),
  { fault: '501', replies: [answer(501)], list: ends.unavailable(1), delete: ends.unknown(1) },
  ...A_SECOND.flatMap(([retryAfter, name]): Fault[] => [
    {
      fault: `429 with Retry-After ${name}`,
      replies: [throttled(retryAfter), cards],
      list: ends.cards(2, { notBeforeMs: 990 }),
    },
    {
      fault: `429 with Retry-After ${name}, delete`,
      replies: [throttled(retryAfter), deleted],
      delete: ends.done(2, { notBeforeMs: 990 }),
    },
  ]),
  {
    fault: '429 with Retry-After as a date ahead',
    replies: [(...args) => throttled(new Date(Date.now() + 2_000).toUTCString())(...args), cards],
    list: ends.cards(2, { notBeforeMs: 990 }),
  },
  ...AN_HOUR.flatMap(([name, retryAfter, says]): Fault[] => [
    {
      fault: `429 with Retry-After ${name}`,
      replies: [(...args) => throttled(retryAfter())(...args)],
      list: ends.rateLimit(1, { says }),
      delete: ends.rateLimit(1, { says }),
    },
    {
      fault: `503 with Retry-After ${name}`,
      replies: [(...args) => throttled(retryAfter(), 503)(...args)],
      list: ends.unavailable(1),
      delete: ends.unknown(1),
    },
  ]),
  ...[
    { retryAfter: '3600', retryAfterMs: 3_600_000 },
    { retryAfter: '99999999999', retryAfterMs: 99_999_999_999_000 },
    { retryAfter: '11', retryAfterMs: 11_000 },
  ].flatMap(({ retryAfter, retryAfterMs }): Fault[] => [
    {
      fault: `429 with Retry-After ${retryAfter}`,
      replies: [throttled(retryAfter)],
      list: ends.rateLimit(1, { has: { retryAfterMs, status: 429 } }),
      delete: ends.rateLimit(1, { has: { retryAfterMs, status: 429 } }),
    },
    {
      fault: `503 with Retry-After ${retryAfter}`,
      replies: [throttled(retryAfter, 503)],
      list: ends.unavailable(1, { has: { retryAfterMs, status: 503 } }),
      delete: ends.unknown(1),
    },
  ]),
];

testFaults(FAULTS, { atLeast: 386 });
