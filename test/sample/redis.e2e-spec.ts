import { get } from 'node:http';
import { once } from 'node:events';
import { closeAll, closeWithTest } from '../support/application.js';
import { eventually } from '../support/eventually.js';
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.js';
import { answer, firstCard, signIn, startSample, visit } from './sample.js';

const SESSION_SECRET = 'obviously-false-session-secret-of-tests';

describeWithRedis('two processes of the shop with REDIS_URL', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(closeAll);
  afterAll(async () => redis.stop());

  const start = async (): Promise<{ url: string; output: () => string }> =>
    startSample({ REDIS_URL: redis.url, SESSION_SECRET });

  /** What a customer's stream has told so far. */
  async function openEvents(url: string, cookie: string): Promise<() => string> {
    const request = get(`${url}/wallet/events`, { headers: { cookie } });
    closeWithTest(async () => request.destroy());
    const [response] = await once(request, 'response');
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    response.on('error', () => undefined);
    await eventually(() => text.includes('event: session'), true, 5_000);
    return () => text;
  }

  it('tell the pages of both of a change that one of them sees', async () => {
    const [first, second] = [await start(), await start()];
    const cookie = await signIn(first.url, 'omar');
    const told = await openEvents(second.url, cookie);
    expect((await visit(await firstCard(first.url, cookie), 'DELETE', { cookie })).status).toBe(204);
    await eventually(() => told().includes('event: cards'), true, 5_000);
  });

  it('handle a webhook from the queue, once', async () => {
    const shop = await start();
    const cookie = await signIn(shop.url, 'omar');
    const told = await openEvents(shop.url, cookie);
    const webhook = { customer: 'omar', kind: 'doubled', scheme: 'subscription' };
    await expect(answer(`${shop.url}/dev/webhooks`, 'POST', { body: webhook })).resolves.toEqual({
      deliveries: [200, 200],
    });
    await eventually(() => told().includes('event: cards'), true, 15_000);
    const cards = JSON.parse(await (await visit(`${shop.url}/wallet/cards`, 'GET', { cookie })).text());
    expect(cards).toHaveLength(3);
    expect(await answer(`${shop.url}/dev/state`)).toMatchObject({
      rows: expect.arrayContaining([
        expect.objectContaining({
          cause: 'webhook from the queue',
          handled: [
            { scheme: 'subscription', result: 'success', method: 'onSavedCard', outcome: 'handled', attempts: 1 },
          ],
        }),
      ]),
    });
    expect(shop.output()).not.toMatch(/tok-|OMAR/);
  });

  it('serve their customers while Redis is away, and end all the same', async () => {
    const shop = await startSample({ REDIS_URL: redis.url, SESSION_SECRET });
    const cookie = await signIn(shop.url, 'omar');
    await redis.halt();
    expect((await visit(`${shop.url}/wallet/cards`, 'GET', { cookie })).status).toBe(200);
    expect((await visit(await firstCard(shop.url, cookie), 'DELETE', { cookie })).status).toBe(204);
    shop.process.kill('SIGTERM');
    if (shop.process.signalCode === null) await once(shop.process, 'exit');
    expect(shop.process.signalCode).toBe('SIGTERM');
  });
});
