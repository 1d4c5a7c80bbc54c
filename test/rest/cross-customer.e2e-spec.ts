import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { cardCache } from 'nestjs-ottu-cards/cache';
import { aCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, closeWithTest, startFake } from '../support/application.js';
import { runs } from '../support/property.js';
import { type Adapter, type Init, send, startShop } from './shop.js';

afterEach(closeAll);

const A = 'customer-a';
const B = 'customer-b';
const TOKENS = { own: 'tok-of-a-1', other: 'tok-of-b-1', unknown: 'tok-unknown', deleted: 'tok-of-a-gone' } as const;

/** An upstream that deletes whatever it is told, for whomever; only the shop stands between customers. */
async function startCareless(fake: FakeOttu) {
  const deleted: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const { method = '', url = '' } = request;
      if (method === 'DELETE') {
        deleted.push(url);
        response.writeHead(204).end();
        return;
      }
      const answer = await fetch(`${fake.url}${url}`, {
        method,
        headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
        body: await text(request),
      });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeWithTest(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, deleted };
}

/** Every place where a client can say that it is somebody else. */
const PLACES: [place: string, query: string, init: Init][] = [
  ['nowhere but the path', '', {}],
  ['query', `?customerId=${B}`, {}],
  ['snake_case query', `?customer_id=${B}`, {}],
  ['query array', `?customerId[]=${B}`, {}],
  ['duplicate query', `?customerId=${A}&customerId=${B}`, {}],
  ['header', '', { headers: { 'x-customer-id': B, 'customer-id': B, customerId: B } }],
  [
    'body',
    '',
    { body: JSON.stringify({ customerId: B, customer_id: B }), headers: { 'content-type': 'application/json' } },
  ],
  [
    'form body',
    '',
    { body: `customerId=${B}&customer_id=${B}`, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  ],
];

const MATRIX = (['express', 'fastify'] as Adapter[]).flatMap((adapter) =>
  PLACES.flatMap(([place, query, init]) =>
    Object.entries(TOKENS).map(([whose, token]) => ({ adapter, place, query, init, whose, token })),
  ),
);

it('is a matrix of at least 64 cases', () => {
  expect(MATRIX.length).toBeGreaterThanOrEqual(64);
});

describe.each(MATRIX)(
  '$adapter, customer B claimed in $place, $whose token',
  ({ adapter, query, init, whose, token }) => {
    it('deletes nothing but an own card, and lists nothing but own cards', async () => {
      const fake = await startFake();
      for (const [customerId, prefix] of [
        [A, 'tok-of-a'],
        [B, 'tok-of-b'],
      ] as const) {
        for (const index of [1, 2]) fake.save(aCard({ customerId, token: `${prefix}-${index}` }));
      }
      const { baseUrl, deleted } = await startCareless(fake);
      const url = `${await startShop(fake, { adapter, options: { baseUrl } })}/wallet/cards`;
      const claims = query !== '';

      const removal = await send(`${url}/${token}${query}`, 'DELETE', A, init);
      const mayDelete = whose === 'own' && !claims;
      expect(deleted).toEqual(mayDelete ? [`/b/pbl/v2/card/${token}/?customer_id=${A}&type=sandbox`] : []);
      expect([mayDelete ? 204 : claims ? 400 : 404, 415]).toContain(removal.status); // Fastify refuses a form: 415

      const { body: _, ...withoutBody } = init;
      const listing = await send(`${url}${query}`, 'GET', A, withoutBody);
      expect(listing.status).toBe(claims ? 400 : 200);
      expect(`${listing.text}${removal.text}`).not.toContain('tok-of-b');
      if (!claims) expect(listing.body).toMatchObject([{ token: 'tok-of-a-1' }, { token: 'tok-of-a-2' }]);
    });
  },
);

describe.each<[Adapter, string, () => { cache?: ReturnType<typeof cardCache> }]>([
  ['express', 'without a cache', () => ({})],
  ['fastify', 'without a cache', () => ({})],
  ['express', 'with a cache', () => ({ cache: cardCache() })],
])('on %s %s', (adapter, _cache, caching) => {
  it('an answer to A never holds a token of B, in 5,000 random requests of two customers mixed', async () => {
    const fake = await startFake();
    for (const [customerId, prefix] of [
      [A, 'tok-of-a'],
      [B, 'tok-of-b'],
    ] as const) {
      for (const index of [1, 2, 3])
        fake.save(aCard({ customerId, token: `${prefix}-${index}`, agreements: index === 3 ? ['AGREEMENT'] : [] }));
    }
    const url = `${await startShop(fake, { adapter, options: { timeoutMs: 30_000, ...caching() } })}/wallet/cards`;
    const customer = fc.constantFrom(A, B);
    const request = fc.record({
      by: customer,
      method: fc.constantFrom('GET', 'GET', 'GET', 'DELETE'),
      token: fc.constantFrom('tok-of-a-1', 'tok-of-b-1', 'tok-of-a-3', 'tok-of-b-3', 'tok-unknown'),
      query: fc.constantFrom(
        '',
        '',
        '?pgCodes=credit-card',
        '?agreementId=AGREEMENT',
        `?customerId=${A}`,
        `?customer_id=${B}`,
      ),
      claimed: customer,
    });

    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 250, maxLength: 250 }), async (requests) => {
        const answers = await Promise.all(
          requests.map(({ by, method, token, query, claimed }) =>
            send(method === 'GET' ? `${url}${query}` : `${url}/${token}${query}`, method, by, {
              headers: { 'x-customer-id': claimed },
            }),
          ),
        );
        for (const [index, { by }] of requests.entries()) {
          expect(answers[index]?.text).not.toContain(by === A ? 'tok-of-b' : 'tok-of-a');
          expect(answers[index]?.text).not.toContain(by === A ? B : A);
        }
        fake.received.length = 0;
        for (const [customerId, prefix] of [
          [A, 'tok-of-a'],
          [B, 'tok-of-b'],
        ] as const)
          fake.save(aCard({ customerId, token: `${prefix}-1` }));
      }),
      { numRuns: runs(20), endOnFailure: true },
    );
  }, 120_000);
});

it('keeps 1,000 concurrent requests of two customers apart', async () => {
  const fake = await startFake();
  fake.save(aCard({ customerId: A, token: 'tok-of-a-1' }));
  fake.save(aCard({ customerId: B, token: 'tok-of-b-1' }));
  const url = `${await startShop(fake, { options: { timeoutMs: 30_000 } })}/wallet/cards`;

  const answers = await Promise.all(
    Array.from({ length: 1_000 }, (_, index) => send(url, 'GET', index % 2 === 0 ? A : B)),
  );
  expect(answers.map(({ body }) => (body as { token: string }[]).map(({ token }) => token).join())).toEqual(
    answers.map((_, index) => (index % 2 === 0 ? 'tok-of-a-1' : 'tok-of-b-1')),
  );
}, 60_000);
