import fc from 'fast-check';
import { OttuError, OttuInputError } from 'nestjs-ottu-cards';
import { closeAll } from '../support/application.js';
import { runs } from '../support/property.js';
import { answer, CARD, cards, deleted, html, resetting } from './replies.js';
import { useRawServer } from './setup.js';
import { type Shop, startShop } from './shop.js';

const server = useRawServer();
let shop: Shop;

beforeEach(async () => {
  shop = await startShop(server.url, { maxRetries: 0 });
});

const HOSTILE = [
  '..',
  '.',
  '/',
  '\\',
  '%2e%2e',
  '%2F',
  '?',
  '#',
  '@',
  ':',
  ';',
  ' ',
  '\r\n',
  '\0',
  'ك',
  '\u{d800}',
  '//',
];
const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 12 })
  .map((parts) => parts.join(''));
const token = fc.oneof(
  fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 51 }),
  fc.stringMatching(/^[\w~-]{1,50}$/),
  hostileText,
);
const customerId = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 65 }), hostileText);

it('sends a delete to the expected address or not at all', async () => {
  server.answer(deleted);
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(token, customerId, async (cardToken, customer) => {
      server.requests.length = 0;
      const card = { token: cardToken, customerId: customer };
      const refusal = await shop.service.delete(card).catch((error: unknown) => error);
      sent += server.requests.length;
      const [request] = server.requests;
      expect(OttuInputError.is(refusal)).toBe(request === undefined);
      if (request === undefined) return;
      const [head = '', host] = request.text.split('\r\n');
      const [method, target = '', version, ...rest] = head.split(' ');
      const { origin, pathname, searchParams } = new URL(target, server.url);
      expect([method, version, rest, host?.toLowerCase()]).toEqual([
        'DELETE',
        'HTTP/1.1',
        [],
        `host: ${new URL(server.url).host}`,
      ]);
      expect(origin).toBe(server.url);
      expect(pathname.split('/').map(decodeURIComponent)).toEqual(['', 'b', 'pbl', 'v2', 'card', cardToken, '']);
      expect([...searchParams]).toEqual([
        ['customer_id', customer],
        ['type', 'sandbox'],
      ]);
    }),
    { numRuns: runs(1_000) },
  );
  expect(sent).toBeGreaterThan(runs(50));
});

it('sends a list as one request with the very customer, or not at all', async () => {
  server.answer(answer(200, '[]'));
  await fc.assert(
    fc.asyncProperty(customerId, async (customer) => {
      server.requests.length = 0;
      const result = await shop.service.list({ customerId: customer }).catch((error: unknown) => error);
      const [request] = server.requests;
      expect(OttuInputError.is(result)).toBe(request === undefined);
      if (request === undefined) return;
      const [head = '', body = ''] = Buffer.from(request.text, 'latin1').toString().split('\r\n\r\n');
      expect(head).toMatch(/^POST \/b\/pbl\/v2\/card\/ HTTP\/1\.1\r\n/);
      expect(JSON.parse(body)).toEqual({ type: 'sandbox', customer_id: customer });
    }),
    { numRuns: runs(500) },
  );
});

it('ends every body, with every status, in cards, in nothing or in an error of its own that survives JSON', async () => {
  const card = fc.record(
    Object.fromEntries(
      Object.entries(CARD).map(([name, value]) => [
        name,
        fc.oneof({ weight: 9, arbitrary: fc.constant<unknown>(value) }, fc.jsonValue()),
      ]),
    ),
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((text) => Buffer.from(text)),
    fc.array(card, { maxLength: 3 }).map((list) => Buffer.from(JSON.stringify(list))),
    fc.constant(Buffer.from(html)),
  );
  const status = fc.oneof(fc.constantFrom(200, 204, 400, 404, 429, 503), fc.integer({ min: 200, max: 599 }));
  await fc.assert(
    fc.asyncProperty(status, body, fc.constantFrom('list' as const, 'delete' as const), async (code, bytes, method) => {
      server.answer(answer(code, code === 204 ? '' : bytes));
      const { result, ending } = await shop.call(method);
      if (!(result instanceof Error)) {
        expect([method, ending]).toEqual(
          method === 'list' ? ['list', expect.stringMatching(/cards$/)] : ['delete', 'done'],
        );
        return;
      }
      expect(OttuError.is(result)).toBe(true);
      const { name, message, stack } = result;
      expect(JSON.parse(JSON.stringify(result))).toMatchObject({
        name,
        message,
        attempts: 1,
        retryable: expect.any(Boolean),
      });
      expect(stack).toContain(message);
    }),
    { numRuns: runs(1_000) },
  );
}, 60_000);

it('spends no more attempts than there are calls, tokens and a tenth of the successes', async () => {
  const replies = [cards, cards, cards, answer(500), answer(502), answer(401), resetting(), answer(200, '{}')];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...replies.keys()), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 0, max: 3 }),
      async (script, maxRetries) => {
        await closeAll();
        const budgeted = await startShop(server.url, { maxRetries });
        server.requests.length = 0;
        server.answer(...script.map((index) => replies[index] ?? cards));
        let successes = 0;
        for (let call = 0; call < 20; call += 1) {
          const before = server.requests.length;
          const { ending } = await budgeted.call('list');
          successes += Number(ending === 'cards');
          expect(server.requests.length - before).toBeLessThanOrEqual(maxRetries + 1);
        }
        expect(server.requests.length).toBeLessThanOrEqual(20 + 10 + successes / 10);
      },
    ),
    { numRuns: runs(60) },
  );
}, 30_000);
