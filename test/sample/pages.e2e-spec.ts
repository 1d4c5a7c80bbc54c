import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { closeAll } from '../support/application.js';
import { leaksIn } from '../support/leaks.js';
import { answer, firstCard, type Sample, signIn, startSample, visit } from './sample.js';

let shop: Sample;

beforeAll(async () => {
  shop = await startSample();
});
afterAll(closeAll);
beforeEach(async () => {
  await visit(`${shop.url}/dev/reset`, 'POST');
});

it.each(['/', '/dev/', '/docs', '/session', '/wallet/cards', '/nowhere'])(
  'runs and asks on %s nothing but its own, and is framed by nobody',
  async (path) => {
    const { headers } = await visit(shop.url + path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none';script-src 'self';style-src 'self'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.includes('unsafe')).toBe(path === '/docs'); // Swagger UI's own styles
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.has('x-powered-by')).toBe(false);
  },
);

it('describes its API at /docs, without the pages of the developer', async () => {
  const document = await answer(`${shop.url}/docs-json`);
  expect(document).toMatchObject({
    paths: { '/wallet/cards': { get: { tags: ['Wallet cards'] } }, '/session': {}, '/checkout': {} },
  });
  expect(JSON.stringify(document)).not.toContain('/dev');
});

it('can lose demo/ and dev/, which only app.module.ts imports', () => {
  const root = 'apps/sample/src';
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !/^(demo|dev)\//.test(name),
  );
  const importing = files.filter((name) => /from '\.{1,2}\/(demo|dev)\//.test(readFileSync(`${root}/${name}`, 'utf8')));
  expect(importing).toEqual(['app.module.ts']);
});

it('keeps the wiring worth copying within ten files', () => {
  const files = ['apps/sample/src', 'apps/sample/src/session'].flatMap((folder) => readdirSync(folder));
  expect(files.filter((name) => name.endsWith('.ts')).length).toBeLessThanOrEqual(10);
});

/** Deletes Omar's first card, and tells what must be seen of it nowhere. */
async function deleteFirstCard({ url }: Sample): Promise<Record<string, string>> {
  const cookie = await signIn(url, 'omar');
  const address = await firstCard(url, cookie);
  expect((await visit(address, 'DELETE', { cookie })).status).toBe(204);
  const apiKey = 'fakefake.00000000000000000000000000000000'; // the fake's
  return { cardId: address.split('/').at(-1) ?? '', customerId: 'demo-omar', nameOnCard: 'OMAR NASSER', apiKey };
}

it('logs each request as one line with its route, never a token or a person', async () => {
  const { url, output, process } = await startSample();
  const secrets = await deleteFirstCard({ url, output, process });
  await visit(`${url}/wallet/cards/${secrets['cardId']}/more?customer=${secrets['cardId']}`);
  await visit(`${url}/about`);
  while (!output().includes('"/about","status"')) await once(process.stdout ?? process, 'data');

  const lines = output()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ context }) => context === 'Http');
  expect(lines.slice(-5)).toMatchObject([
    { context: 'Http', message: { method: 'POST', route: '/session', status: 204 } },
    { context: 'Http', message: { method: 'GET', route: '/wallet/cards', status: 200 } },
    { context: 'Http', message: { method: 'DELETE', route: '/wallet/cards/:id', status: 204 } },
    { context: 'Http', message: { method: 'GET', route: '(a file or nothing)', status: 404 } },
    { context: 'Http', message: { method: 'GET', route: '/about', status: 200 } },
  ]);
  expect(leaksIn({ output: output() }, secrets)).toEqual([]);
});

describe('the page of the developer', () => {
  const state = async (): Promise<string> => (await visit(`${shop.url}/dev/state`)).text();

  it('shows what went over the wire in both directions, never the key, a token or a person', async () => {
    const secrets = await deleteFirstCard(shop);
    const text = await state();
    expect(JSON.parse(text)).toMatchObject({
      mood: 'well',
      rows: [
        {
          cause: 'delete by a customer',
          operation: 'delete',
          status: 204,
          attempts: 2,
          at: expect.any(Number),
          ms: expect.any(Number),
          error: null,
          exchanges: [
            {
              why: 'check of ownership',
              request: 'POST /b/pbl/v2/card/',
              answer: expect.stringContaining('"token": "•••"'),
            },
            {
              request: 'DELETE /b/pbl/v2/card/•••/?customer_id=•••&type=sandbox',
              status: 204,
              answer: '',
              failure: null,
            },
          ],
        },
        {
          cause: 'page view',
          operation: 'list',
          source: 'ottu',
          exchanges: [
            {
              request: 'POST /b/pbl/v2/card/',
              headers: expect.stringContaining('Authorization: Api-Key •••'),
              body: expect.stringContaining('"customer_id": "•••"'),
              answer: expect.stringContaining('"number": "**** 3005"'),
            },
          ],
        },
      ],
    });
    expect(leaksIn({ text }, secrets)).toEqual([]);
  });

  it('shows what came from the cache as a row of its own, with no request', async () => {
    const cookie = await signIn(shop.url, 'layla');
    await visit(`${shop.url}/wallet/cards`, 'GET', { cookie });
    await visit(`${shop.url}/checkout`, 'GET', { cookie });
    expect(JSON.parse(await state())).toMatchObject({
      rows: [
        { cause: 'offer at checkout', operation: 'list', source: 'cache', attempts: 0, exchanges: [] },
        { cause: 'page view', operation: 'list', source: 'ottu', attempts: 1, exchanges: [{ status: 200 }] },
      ],
    });
  });

  it('shows webhooks, with what became of each method of the handler', async () => {
    const send = (kind: string): Promise<unknown> =>
      visit(`${shop.url}/dev/webhooks`, 'POST', { body: { customer: 'omar', scheme: 'standard', kind } });
    await send('genuine');
    await send('forged');
    const handled = { scheme: 'standard', result: 'success', outcome: 'handled', attempts: 1 };
    let text = await state();
    while (!text.includes('"method":"onSavedCard","outcome":"handled"')) text = await state(); // after the answer
    const { rows } = JSON.parse(text);
    expect(rows[0]).toMatchObject({ cause: 'webhook', operation: null, status: 401, handled: [] });
    expect(rows.at(-1)).toMatchObject({
      cause: 'webhook',
      status: 200,
      handled: [
        { ...handled, method: 'onPayment' },
        { ...handled, method: 'onSavedCard' },
      ],
    });
    expect(rows).toContainEqual(expect.objectContaining({ cause: 'webhook', operation: 'find', source: 'ottu' }));
  });

  it('shows every attempt of a call', async () => {
    const cookie = await signIn(shop.url, 'layla');
    await visit(`${shop.url}/dev/mood`, 'PUT', { body: { mood: 'down' } });
    await visit(`${shop.url}/wallet/cards`, 'GET', { cookie });
    const down = { request: 'POST /b/pbl/v2/card/', status: 503 };
    expect(JSON.parse(await state())).toMatchObject({
      rows: [{ cause: 'page view', attempts: 3, error: 'OttuUnavailableError', exchanges: [down, down, down] }],
    });
  });

  it('hides agreements, which name a subscription', async () => {
    const cookie = await signIn(shop.url, 'layla');
    await visit(`${shop.url}/wallet/cards?agreementId=AGREEMENT-1`, 'GET', { cookie });
    expect(await state()).not.toContain('AGREEMENT-1');
  });

  it('makes the fake down, and well again', async () => {
    const cookie = await signIn(shop.url, 'layla');
    const status = async (): Promise<number> => (await visit(`${shop.url}/wallet/cards`, 'GET', { cookie })).status;
    await visit(`${shop.url}/dev/mood`, 'PUT', { body: { mood: 'down' } });
    await expect(status()).resolves.toBe(502);
    await visit(`${shop.url}/dev/mood`, 'PUT', { body: { mood: 'well' } });
    await expect(status()).resolves.toBe(200);
  });

  it('makes the fake limit us, which is asked no more then', async () => {
    const { url } = await startSample(); // the library stays away for the 15 seconds that it is told
    const cookie = await signIn(url, 'layla');
    await visit(`${url}/dev/mood`, 'PUT', { body: { mood: 'limited' } });
    for (const _ of [1, 2]) {
      const response = await visit(`${url}/wallet/cards`, 'GET', { cookie });
      expect(response.status).toBe(503);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(10);
    }
    await expect(answer(`${url}/dev/state`)).resolves.toMatchObject({
      mood: 'limited',
      rateLimitedForMs: expect.any(Number),
      rows: [
        { cause: 'page view', source: 'held back', attempts: 0, error: 'OttuRateLimitError', exchanges: [] },
        { cause: 'page view', source: 'ottu', attempts: 1, error: 'OttuRateLimitError', exchanges: [{ status: 429 }] },
      ],
    });
  });

  it('saves a card that can be one', async () => {
    const cookie = await signIn(shop.url, 'sara');
    const body = { customer: 'sara', brand: 'AMEX', last4: '3005', pgCode: 'knet', isLocked: true };
    expect((await visit(`${shop.url}/dev/cards`, 'POST', { body })).status).toBe(204);
    expect((await visit(`${shop.url}/dev/cards`, 'POST', { body: { ...body, last4: '12345' } })).status).toBe(400);
    const cards = await answer(`${shop.url}/wallet/cards`, 'GET', { cookie });
    expect(cards).toMatchObject([
      { brand: 'AMEX', number: '**** 3005', nameOnCard: 'SARA KHALIL', pgCode: 'knet', agreements: ['AGREEMENT-2'] },
    ]);
  });

  it('keeps the latest thirty rows, each under a number of its own', async () => {
    for (let count = 0; count < 32; count += 1) await visit(`${shop.url}/webhooks/ottu`, 'POST', { body: {} });
    const { rows } = JSON.parse(await state());
    expect(rows).toHaveLength(30);
    expect(rows[0].id - rows.at(-1).id).toBe(29);
  });
});
