import { CANARIES } from '../support/leaks.js';
import { type Fault, ends } from './fault.js';
import { answer, CARD, cards, deleted, html, resetting } from './replies.js';

const gone = answer(404, { detail: 'Not found.' });
const BOM = '\u{feff}';

/** Answers to a list that hold no list of this customer's cards. To a delete, any body with a 200 is unknown. */
const UNTRUSTED: readonly [fault: string, body: unknown][] = [
  ['{}', '{}'],
  ['null', 'null'],
  ['a number', '42'],
  ['a string', '"ok"'],
  ['a page of results', { results: [] }],
  ['invalid UTF-8', Buffer.concat([Buffer.from('["'), Buffer.from([0xc3, 0x28]), Buffer.from('"]')])],
  ['__proto__ keys', `[{"__proto__":${JSON.stringify(CARD)}}]`],
  ['200,000 nested arrays', '['.repeat(200_000) + ']'.repeat(200_000)],
  ['100,000 cards', `[${'{},'.repeat(99_999)}{}]`],
  ['a duplicate key', JSON.stringify([CARD]).replace('"token"', '"token":5,"x"')],
  ['a numeric token', [{ ...CARD, token: Number(CANARIES.token) }]],
  ['an empty token', [{ ...CARD, token: '' }]],
  ['a card without a customer', [{ ...CARD, customer_id: undefined }]],
  ['a card of another customer', [CARD, { ...CARD, customer_id: 'customer-2' }]],
  ['a customer who differs in a space', [{ ...CARD, customer_id: `${CANARIES.customerId} ` }]],
  ['a list in a list', [[CARD]]],
];

const ELSEWHERE = ['http://127.0.0.1:9/', '/b/pbl/v2/card/', 'file:///etc/passwd'];

/** Whole answers with a 2xx or 3xx that are not what Ottu documents. */
export const ANSWER_FAULTS: readonly Fault[] = [
  ...UNTRUSTED.map(([fault, body]): Fault => ({
    fault: `200 with ${fault}`,
    replies: [answer(200, body)],
    list: ends.badResponse(1),
    delete: ends.unknown(1),
  })),
  { fault: '200 with a BOM', replies: [answer(200, BOM + JSON.stringify([CARD]))], list: ends.cards(1) },
  {
    fault: '200 with JSON as text/plain',
    replies: [answer(200, [CARD], { 'Content-Type': 'text/plain' })],
    list: ends.cards(1),
  },
  {
    fault: '200 with an unknown field',
    replies: [answer(200, [{ ...CARD, random_field_1: {} }])],
    list: ends.cards(1),
  },
  { fault: '200 with a lone card', replies: [answer(200, CARD)], list: ends.cards(1) },
  {
    fault: '200 with HTML',
    replies: [answer(200, html)],
    list: ends.badResponse(2, { says: /a web page/ }),
    delete: ends.unknown(1),
  },
  { fault: '200 with HTML, once', replies: [answer(200, html), cards], list: ends.cards(2) },
  {
    fault: '200 with truncated JSON',
    replies: [answer(200, JSON.stringify([CARD]).slice(0, -9))],
    list: ends.badResponse(3, { says: /cut short/ }),
    delete: ends.unknown(1),
  },
  { fault: '200 with nothing', replies: [answer(200)], list: ends.badResponse(3), delete: ends.done(1) },
  { fault: '202 with nothing', replies: [answer(202)], list: ends.badResponse(3), delete: ends.done(1) },
  {
    fault: '200 with nothing, as gzip',
    replies: [answer(200, '', { 'Content-Encoding': 'gzip' })],
    delete: ends.done(1),
  },
  { fault: '204', replies: [deleted], list: ends.badResponse(1, { says: /holds nothing/ }), delete: ends.done(1) },
  ...[301, 302, 303, 307, 308].flatMap((status) =>
    ELSEWHERE.flatMap((location): Fault[] => [
      {
        fault: `${status} to ${location}`,
        replies: [answer(status, '', { Location: location })],
        list: ends.badResponse(1, { says: /a redirect/ }),
        delete: ends.badResponse(1, { says: /a redirect/ }),
      },
    ]),
  ),
  {
    fault: 'a reset, then 302',
    replies: [resetting(), answer(302, '', { Location: '/' })],
    list: ends.badResponse(2),
    delete: ends.unknown(2),
  },
  { fault: 'two resets, then 404', replies: [resetting(), resetting(), gone], delete: ends.done(3) },
];
