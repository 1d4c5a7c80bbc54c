import { gzipSync } from 'node:zlib';
import { type Fault, ends } from './fault.js';
import { testFaults } from './fault-matrix.js';
import type { Reply } from './raw-server.js';
import {
  afterInterim,
  answer,
  byteByByte,
  bytes,
  CARD,
  cards,
  closing,
  deleted,
  dripping,
  flooding,
  head,
  resetting,
  silence,
} from './replies.js';

const broken = { sockets: 0 };
const SILENT_MS = 900;
const ONE_CARD = JSON.stringify([CARD]);
const MEBIBYTE = Buffer.alloc(1024 * 1024, 'x');
const BOMB = gzipSync(Buffer.alloc(200 * 1024 * 1024));
const gone = answer(404, { detail: 'Not found.' });
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const INTERIM = `HTTP/1.1 102 Processing\r\n\r\n${CONTINUE}HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nX: HTTP/1.1 100\r\n\r\nHTTP/1.1 100 Go on\r\nX-Y: z\r\n\r\n`;
const gzip = { 'Content-Encoding': 'gzip' };

function sized(status: number, length: number, headers = {}): Buffer {
  return head(status, { 'Content-Length': String(length), ...headers });
}

function chunked(...chunks: string[]): string {
  return chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
}

/** A connection that breaks, stalls, or carries what is not HTTP. */
const FAULTS: readonly Fault[] = [
  ...[
    { fault: 'an unsolicited 100 Continue', before: (reply: Reply) => afterInterim(CONTINUE, reply) },
    { fault: 'several interim answers', before: (reply: Reply) => afterInterim(INTERIM, reply) },
    { fault: 'interim answers byte by byte', before: (reply: Reply) => byteByByte(afterInterim(INTERIM, reply)) },
  ].flatMap(({ fault, before }): Fault[] => [
    { fault: `${fault}, then cards`, replies: [before(cards)], list: ends.cards(1) },
    { fault: `${fault}, then 204`, replies: [before(deleted)], delete: ends.done(1) },
    { fault: `${fault}, then 404`, replies: [before(gone)], list: ends.refused(1), delete: ends.notFound(1) },
  ]),
  {
    fault: 'a 100 Continue, then silence',
    timeoutMs: SILENT_MS,
    replies: [bytes(CONTINUE)],
    list: ends.timeout(3),
    delete: ends.unknown(3, broken),
  },
  {
    fault: 'a body that looks like a 100 Continue',
    replies: [answer(200, [{ ...CARD, brand: 'HTTP/1.1 100 ' }])],
    list: ends.cards(1),
  },
  ...[
    { fault: 'a reset before any answer', reply: resetting() },
    { fault: 'a close before any answer', reply: closing() },
    { fault: 'a reset amid the head', reply: resetting('HTTP/1.1 200 O') },
  ].flatMap(({ fault, reply }): Fault[] => [
    { fault, replies: [reply], list: ends.unavailable(3, broken), delete: ends.unknown(3, broken) },
    { fault: `${fault}, then cards`, replies: [reply, cards], list: ends.cards(2) },
    { fault: `${fault}, then 204`, replies: [reply, deleted], delete: ends.done(2) },
    { fault: `${fault}, then 404`, replies: [reply, gone], list: ends.refused(2), delete: ends.done(2) },
    { fault: `${fault}, then 401`, replies: [reply, answer(401)], list: ends.auth(2), delete: ends.unknown(2) },
  ]),
  ...[
    { fault: 'no answer', reply: silence },
    { fault: 'a head that trickles', reply: dripping('HTTP/1.1 200 OK\r\nX-Slow: ', 'x', 30) },
    { fault: 'a head, then nothing', reply: bytes(sized(200, 100)) },
    { fault: 'a body that drips', reply: dripping(sized(200, 1000), ' ', 40) },
  ].map(({ fault, reply }): Fault => ({
    fault,
    timeoutMs: SILENT_MS,
    replies: [reply],
    list: ends.timeout(3, { says: /within 900 ms|within 300 ms/ }),
    delete: ends.unknown(3, broken),
  })),
  { fault: 'no answer once', timeoutMs: SILENT_MS, replies: [silence, cards], list: ends.cards(2) },
  { fault: 'no answer once, then 404', timeoutMs: SILENT_MS, replies: [silence, gone], delete: ends.done(2) },
  {
    fault: 'a 204 that goes on dripping',
    timeoutMs: SILENT_MS,
    replies: [dripping(head(204, {}), 'x', 40)],
    delete: ends.done(1, broken),
  },
  {
    fault: 'a 204 that promises a body and stalls',
    timeoutMs: SILENT_MS,
    replies: [bytes(sized(204, 100))],
    delete: ends.done(1, broken),
  },
  ...[
    { fault: 'a reset amid the body', cut: (status: number) => resetting(sized(status, 500), '[{') },
    { fault: 'a Content-Length too long', cut: (status: number) => closing(sized(status, 500), ONE_CARD.slice(0, 50)) },
    {
      fault: 'a chunk cut short',
      cut: (status: number) => closing(head(status, { 'Transfer-Encoding': 'chunked' }), '1f4\r\n[{"tok'),
    },
    {
      fault: 'chunks without their end',
      cut: (status: number) => closing(head(status, { 'Transfer-Encoding': 'chunked' }), chunked('[', '{"')),
    },
  ].flatMap(({ fault, cut }): Fault[] => [
    { fault, replies: [cut(200)], list: ends.unavailable(3, broken), delete: ends.unknown(3, broken) },
    { fault: `${fault}, once`, replies: [cut(200), cards], list: ends.cards(2) },
    { fault: `${fault}, once, then 404`, replies: [cut(200), gone], delete: ends.done(2) },
    { fault: `${fault}, of a 204`, replies: [cut(204)], delete: ends.done(1, broken) },
  ]),
  {
    fault: 'a body cut short by the end of the connection',
    replies: [closing(head(200, { Connection: 'close' }), ONE_CARD.slice(0, 60))],
    list: ends.badResponse(3, { ...broken, says: /cut short/ }),
    delete: ends.unknown(1, broken),
  },
  {
    fault: 'a body that ends with the connection',
    replies: [closing(head(200, { Connection: 'close' }), ONE_CARD)],
    list: ends.cards(1, broken),
  },
  ...[
    { fault: 'a bad status line', reply: bytes('HTTP/1.1 two hundred\r\n\r\n') },
    {
      fault: 'a status that is no number',
      reply: bytes('HTTP/1.1 11& Processing\r\n\r\n', sized(200, ONE_CARD.length), ONE_CARD),
    },
    {
      fault: 'a status with a control character',
      reply: bytes('HTTP/1.1 1/: Continue\r\n\r\n', sized(200, ONE_CARD.length), ONE_CARD),
    },
    { fault: 'what is not HTTP', reply: bytes('SSH-2.0-OpenSSH_9.2\r\n') },
    { fault: '200 KiB of headers', reply: bytes(head(200, { 'X-Long': 'x'.repeat(200 * 1024) })) },
    {
      fault: 'Content-Length and Transfer-Encoding',
      reply: bytes(head(200, { 'Content-Length': '5', 'Transfer-Encoding': 'chunked' }), chunked(ONE_CARD, '')),
    },
  ].map(({ fault, reply }): Fault => ({
    fault,
    replies: [reply],
    list: ends.badResponse(1, { ...broken, says: /breaks the HTTP protocol/ }),
    delete: ends.unknown(1, broken),
  })),
  {
    fault: 'a body of 100 MiB',
    replies: [flooding(sized(200, 100 * MEBIBYTE.length), MEBIBYTE, 100)],
    list: ends.badResponse(1, { ...broken, says: /larger than 1 MiB/ }),
    delete: ends.unknown(1, broken),
  },
  {
    fault: 'a body of 100 MiB with status 400',
    replies: [flooding(sized(400, 100 * MEBIBYTE.length), MEBIBYTE, 100)],
    list: ends.refused(1, broken),
    delete: ends.refused(1, broken),
  },
  ...[
    { fault: 'a gzip bomb', body: BOMB },
    { fault: 'corrupt gzip', body: Buffer.from('no gzip at all') },
  ].flatMap(({ fault, body }): Fault[] => [
    {
      fault,
      replies: [answer(200, body, gzip)],
      list: ends.badResponse(1, { ...broken, says: /is encoded/ }),
      delete: ends.unknown(1, broken),
    },
    {
      fault: `${fault} with status 401`,
      replies: [answer(401, body, gzip)],
      list: ends.auth(1, broken),
      delete: ends.auth(1, broken),
    },
  ]),
];

testFaults(FAULTS, { atLeast: 160 });
