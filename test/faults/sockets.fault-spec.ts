import { setTimeout as sleep } from 'node:timers/promises';
import type { TestingModule } from '@nestjs/testing';
import { OttuCardsModule, UserCardsService } from 'nestjs-ottu-cards';
import { closeAll, closeWithTest, startContext } from '../support/application.js';
import { eventually } from '../support/eventually.js';
import { CANARIES } from '../support/leaks.js';
import { RawServer, type Reply } from './raw-server.js';
import { answer, cards, closing, head, silence } from './replies.js';
import { useRawServer } from './setup.js';
import { startShop } from './shop.js';

const { apiKey, customerId } = CANARIES;
const server = useRawServer();

function after(ms: number, reply: Reply): Reply {
  return (...args) => void setTimeout(() => reply(...args), ms);
}

function listMany(
  service: UserCardsService,
  calls: number,
  signal?: AbortSignal,
): Promise<PromiseSettledResult<unknown>[]> {
  return Promise.allSettled(
    Array.from({ length: calls }, (_, n) => service.list({ customerId: `customer-${n}` }, { signal })),
  );
}

it('holds 50 sockets at most, and leaves nobody waiting', async () => {
  const shop = await startShop(server.url);
  server.answer(after(10, cards));
  await listMany(shop.service, 400);
  expect(server.requests).toHaveLength(400);
  expect(server.peak).toBe(50);
});

it('uses one socket for one call after the other', async () => {
  const shop = await startShop(server.url);
  server.answer(cards);
  for (let call = 0; call < 20; call += 1) await shop.call('list');
  expect(server.connections).toBe(1);
});

it('goes on with servers that close after every answer', async () => {
  const shop = await startShop(server.url);
  server.answer(closing(head(200, { Connection: 'close', 'Content-Length': '2' }), '[]'));
  const settled = await listMany(shop.service, 200);
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(200);
  expect(server.requests).toHaveLength(200);
  expect(server.peak).toBeLessThanOrEqual(50);
});

it('gives the places of aborted calls to those who wait', async () => {
  const shop = await startShop(server.url);
  server.answer(silence);
  const controller = new AbortController();
  const aborted = listMany(shop.service, 500, controller.signal);
  await eventually(() => server.requests.length, 50);
  server.answer(cards);
  const waiting = shop.service.list({ customerId });
  controller.abort();
  await aborted;
  await expect(waiting).resolves.toHaveLength(1);
  expect(server.requests).toHaveLength(51);
  expect(server.peak).toBeLessThanOrEqual(50);
});

it('serves those who wait when nothing connects', async () => {
  const shop = await startShop('http://127.0.0.1:9', { maxRetries: 0, timeoutMs: 5_000 });
  const start = performance.now();
  const settled = await listMany(shop.service, 500);
  const reasons = settled.map((it) => (it.status === 'rejected' ? String(it.reason.message) : 'cards'));
  expect([...new Set(reasons)]).toEqual([expect.stringContaining('ECONNREFUSED')]);
  expect(performance.now() - start).toBeLessThan(4_500);
});

describe('app.close()', () => {
  it('waits for calls in flight', async () => {
    const shop = await startShop(server.url);
    server.answer(after(200, cards));
    const call = shop.service.list({ customerId });
    await eventually(() => server.requests.length, 1);
    await shop.context.close();
    await expect(call).resolves.toHaveLength(1);
    await eventually(() => server.sockets.size, 0);
  });

  it('closes a connection that is still coming about', async () => {
    const shop = await startShop(server.url.replace('http:', 'https:'), { timeoutMs: 400, maxRetries: 0 });
    const call = shop.call('list');
    await eventually(() => server.sockets.size, 1);
    await shop.context.close();
    expect(await call).toMatchObject({ ending: 'OttuTimeoutError' });
    await eventually(() => server.sockets.size, 0);
  });

  it('takes no call afterwards', async () => {
    const shop = await startShop(server.url);
    await shop.context.close();
    expect(await shop.call('list')).toMatchObject({
      ending: 'OttuUnavailableError',
      result: { attempts: 0, message: expect.stringContaining('shutting down') },
    });
    expect(server.connections).toBe(0);
  });
});

// These take seconds, so they run side by side, each with a server of its own: beforeEach and afterEach are not for them.
describe('in time', () => {
  afterAll(closeAll, 30_000);

  async function startAlone(
    reply: Reply,
  ): Promise<{ alone: RawServer; context: TestingModule; service: UserCardsService }> {
    const alone = await RawServer.start();
    closeWithTest(() => alone.stop());
    alone.answer(reply);
    const module = OttuCardsModule.forRoot({ apiKey, env: 'sandbox', baseUrl: alone.url, maxRetries: 0 });
    const context = await startContext({ imports: [module] });
    return { alone, context, service: context.get(UserCardsService) };
  }

  it.concurrent.each<[server: string, headers: Record<string, string>]>([
    ['says nothing of it', {}],
    ['claims to keep them for ten minutes', { Connection: 'keep-alive', 'Keep-Alive': 'timeout=600' }],
  ])(
    'closes idle sockets before five seconds are over, where a server %s',
    async (_server, headers) => {
      const { alone, service } = await startAlone(answer(404, '', headers));
      await expect(service.list({ customerId })).rejects.toThrow();
      await sleep(3_000);
      expect(alone.sockets.size).toBe(1);
      await eventually(() => alone.sockets.size, 0, 1_900);
    },
    15_000,
  );

  it.concurrent(
    'app.close() aborts calls after 5 s, tells why, and leaves no socket',
    async () => {
      const { alone, context, service } = await startAlone(silence);
      const [list, remove] = [service.list({ customerId }), service.delete({ customerId, token: 'tok-1' })];
      const settled = Promise.allSettled([list, remove]);
      await eventually(() => alone.requests.length, 2);
      const start = performance.now();
      await context.close();
      expect(performance.now() - start).toBeGreaterThan(4_900);
      expect(performance.now() - start).toBeLessThan(5_500);
      expect(await settled).toMatchObject([
        { reason: { name: 'OttuUnavailableError', message: expect.stringContaining('shutting down') } },
        { reason: { name: 'OttuDeleteUnknownError' } },
      ]);
      await eventually(() => alone.sockets.size, 0);
    },
    15_000,
  );
});
