import { CANARIES } from '../support/leaks.js';
import { type Fault, ends } from './fault.js';
import { testFaults } from './fault-matrix.js';
import { answer, CARD, cards, deleted, html, resetting } from './replies.js';

const gone = answer(404, { detail: 'Not found.' });
const BOM = '\u{feff}';

/**
 * Answers to a list that hold no list of this customer's cards, and what the message says of them. To a delete, any body
 * with a 200 is unknown. The fields of a card one by one: test/client/list.e2e-spec.ts.
 */
const UNTRUSTED: readonly [fault: string, body: unknown, says: RegExp][] = [
  ['{}', '{}', /the answer\.customer_id must be a string/],
  ['null', 'null', /the answer must be an object/],
  ['a number', '42', /the answer must be an object/],
  ['a string', '"ok"', /the answer must be an object/],
  ['a page of results', { results: [] }, /the answer\.customer_id must be a string/],
  [
    'invalid UTF-8',
    Buffer.concat([Buffer.from('["'), Buffer.from([0xc3, 0x28]), Buffer.from('"]')]),
    /is not valid UTF-8/,
  ],
  ['__proto__ keys', `[{"__proto__":${JSON.stringify(CARD)}}]`, /\[0\]\.customer_id must be a string/],
  ['200,000 nested arrays', '['.repeat(200_000) + ']'.repeat(200_000), /\[0\] must be an object/],
  ['100,000 cards', `[${'{},'.repeat(99_999)}{}]`, /must not hold more than 500 cards/],
  ['a duplicate key', JSON.stringify([CARD]).replace('"token"', '"token":5,"x"'), /\[0\]\.token must be a string/],
  ['a numeric token', [{ ...CARD, token: Number(CANARIES.token) }], /\[0\]\.token must be a string/],
  ['an empty token', [{ ...CARD, token: '' }], /\[0\]\.token must not be empty/],
  ['a card without a customer', [{ ...CARD, customer_id: undefined }], /\[0\]\.customer_id must be a string/],
  [
    'a card of another customer',
    [CARD, { ...CARD, customer_id: 'customer-2' }],
    /\[1\]\.customer_id must be the customer/,
  ],
  [
    'a customer who differs in a space',
    [{ ...CARD, customer_id: `${CANARIES.customerId} ` }],
    /\[0\]\.customer_id must be the customer/,
  ],
  ['a list in a list', [[CARD]], /\[0\] must be an object/],
];

const ELSEWHERE = ['http://127.0.0.1:9/', '/b/pbl/v2/card/', 'file:///etc/passwd'];

/** Whole answers with a 2xx or 3xx that are not what Ottu documents. */
const FAULTS: readonly Fault[] = [
  ...UNTRUSTED.map(([fault, body, says]): Fault => ({
    fault: `200 with ${fault}`,
    replies: [answer(200, body)],
    list: ends.badResponse(1, { says }),
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

testFaults(FAULTS, { atLeast: 160 });
