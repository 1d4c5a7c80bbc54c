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

/** What A may name in an address. Both customers have the same tokens, as in Ottu's sandbox. */
const NAMES = ['own id', "another's id", 'id of a deleted card', 'unknown id', 'own token', "another's token"] as const;
type Name = (typeof NAMES)[number];

const UNKNOWN_ID = 'unknown-unknown-unknown-';

/** The ids that a customer sees, by token. */
async function idsOf(fake: FakeOttu, url: string, customer: string): Promise<Record<string, string>> {
  const shown = ((await send(url, 'GET', customer)).body as { id: string }[]).map(({ id }) => id);
  return Object.fromEntries(fake.cardsOf(customer).map(({ token }, index) => [token, shown[index] ?? '']));
}

/** Saves cards that tell in their name whose they are. */
function save(fake: FakeOttu, customerId: string, ...tokens: readonly string[]): void {
  for (const token of tokens) {
    const agreements = token.endsWith('-locked') ? ['AGREEMENT'] : [];
    fake.save(aCard({ customerId, token, agreements, nameOnCard: `CARD OF ${customerId.toUpperCase()}` }));
  }
}

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
  PLACES.flatMap(([place, query, init]) => NAMES.map((name) => ({ adapter, place, query, init, name }))),
);

it('is a matrix of at least 64 cases', () => {
  expect(MATRIX.length).toBeGreaterThanOrEqual(64);
});

describe.each(MATRIX)('$adapter, customer B claimed in $place, $name', ({ adapter, query, init, name }) => {
  it('deletes nothing but an own card, and lists nothing but own cards', async () => {
    const fake = await startFake();
    save(fake, A, 'tok-shared', 'tok-gone');
    save(fake, B, 'tok-shared', 'tok-of-b');
    const { baseUrl, deleted } = await startCareless(fake);
    const url = `${await startShop(fake, { adapter, options: { baseUrl } })}/wallet/cards`;
    const [ofA, ofB] = [await idsOf(fake, url, A), await idsOf(fake, url, B)];
    const names: Record<Name, string | undefined> = {
      'own id': ofA['tok-shared'],
      "another's id": ofB['tok-shared'],
      'id of a deleted card': ofA['tok-gone'],
      'unknown id': UNKNOWN_ID,
      'own token': 'tok-shared',
      "another's token": 'tok-of-b',
    };
    fake.reset();
    save(fake, A, 'tok-shared');
    save(fake, B, 'tok-shared', 'tok-of-b');
    const claims = query !== '';

    const removal = await send(`${url}/${names[name]}${query}`, 'DELETE', A, init);
    const mayDelete = name === 'own id' && !claims;
    expect(deleted).toEqual(mayDelete ? [`/b/pbl/v2/card/tok-shared/?customer_id=${A}&type=sandbox`] : []);
    expect([mayDelete ? 204 : claims ? 400 : 404, 415]).toContain(removal.status); // Fastify refuses a form: 415

    const { body: _, ...withoutBody } = init;
    const listing = await send(`${url}${query}`, 'GET', A, withoutBody);
    expect(listing.status).toBe(claims ? 400 : 200);
    expect(`${listing.text}${removal.text}`).not.toMatch(/OF CUSTOMER-B|customer-|tok-/);
    if (!claims) expect(listing.body).toMatchObject([{ id: ofA['tok-shared'] }]);
  });
});

describe.each<[Adapter, string, () => { cache?: ReturnType<typeof cardCache> }]>([
  ['express', 'without a cache', () => ({})],
  ['fastify', 'without a cache', () => ({})],
  ['express', 'with a cache', () => ({ cache: cardCache() })],
])('on %s %s', (adapter, _cache, caching) => {
  it('an answer to A never holds a card of B, in 5,000 random requests of two customers mixed', async () => {
    const fake = await startFake();
    const tokens = ['tok-1', 'tok-2', 'tok-locked'];
    for (const customerId of [A, B]) save(fake, customerId, ...tokens);
    const url = `${await startShop(fake, { adapter, options: { timeoutMs: 30_000, ...caching() } })}/wallet/cards`;
    const [ofA, ofB] = [await idsOf(fake, url, A), await idsOf(fake, url, B)];
    const names = [ofA['tok-1'], ofB['tok-1'], ofA['tok-locked'], ofB['tok-locked'], UNKNOWN_ID, 'tok-1'];
    const customer = fc.constantFrom(A, B);
    const request = fc.record({
      by: customer,
      method: fc.constantFrom('GET', 'GET', 'GET', 'DELETE'),
      name: fc.constantFrom(...names),
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

    const { numRuns, seed } = { numRuns: 20, seed: Number(process.env['FC_SEED'] ?? Date.now() % 2 ** 31) };
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 250, maxLength: 250 }), async (requests) => {
        const answers = await Promise.all(
          requests.map(({ by, method, name, query, claimed }) =>
            send(method === 'GET' ? `${url}${query}` : `${url}/${name}${query}`, method, by, {
              headers: { 'x-customer-id': claimed },
            }),
          ),
        );
        for (const [index, { by }] of requests.entries()) {
          expect(answers[index]?.text).not.toContain(`OF ${(by === A ? B : A).toUpperCase()}`);
          expect(answers[index]?.text).not.toMatch(/tok-|customer-/);
        }
        for (const customerId of [A, B]) expect(fake.cardsOf(customerId).length).toBeGreaterThanOrEqual(2);
        fake.received.length = 0;
        for (const customerId of [A, B]) save(fake, customerId, 'tok-1');
      }),
      { numRuns: runs(numRuns), seed, endOnFailure: true },
    );
  }, 120_000);
});

it('keeps 1,000 concurrent requests of two customers apart', async () => {
  const fake = await startFake();
  save(fake, A, 'tok-shared');
  save(fake, B, 'tok-shared');
  const url = `${await startShop(fake, { options: { timeoutMs: 30_000 } })}/wallet/cards`;

  const answers = await Promise.all(
    Array.from({ length: 1_000 }, (_, index) => send(url, 'GET', index % 2 === 0 ? A : B)),
  );
  expect(answers.map(({ body }) => (body as { nameOnCard: string }[]).map((card) => card.nameOnCard).join())).toEqual(
    answers.map((_, index) => `CARD OF ${(index % 2 === 0 ? A : B).toUpperCase()}`),
  );
}, 60_000);
