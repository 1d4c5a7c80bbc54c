import { type CanActivate, type INestApplication, Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  getUserCardsToken,
  OttuCardsModule,
  type OttuCardsControllerOptions,
  type OttuCardsOptions,
  UserCardsService,
} from 'nestjs-ottu-cards';
import { closeAll, closeWithTest } from '../support/application.js';
import { eventually } from '../support/eventually.js';
import { CANARIES } from '../support/leaks.js';
import { RawServer } from './raw-server.js';
import { cards, silence } from './replies.js';

const { apiKey, customerId } = CANARIES;
const MERCHANTS = ['kuwait', 'qatar', 'oman', 'jordan', 'egypt'];

afterEach(closeAll);
// those that take five seconds run side by side, and afterEach is not for them
afterAll(closeAll, 30_000);

@Injectable()
class Everyone implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

/** A listening shop of six merchants, one of them with a mounted controller. */
async function startMall(server: RawServer, more: Partial<OttuCardsOptions> = {}): Promise<INestApplication> {
  const options = { apiKey, env: 'sandbox', baseUrl: server.url, timeoutMs: 30_000, ...more } as const;
  const controller: OttuCardsControllerOptions = { path: 'cards', guards: [Everyone], customerId: () => customerId };
  const imports = [
    OttuCardsModule.forRoot({ ...options, controller }),
    ...MERCHANTS.map((name) => OttuCardsModule.forRoot({ ...options, name })),
  ];
  const testing = await Test.createTestingModule({ imports }).compile();
  const app = testing.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  closeWithTest(() => app.close());
  return app;
}

async function startServer(): Promise<RawServer> {
  const server = await RawServer.start();
  closeWithTest(() => server.stop());
  return server;
}

async function timed(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}

describe('app.close() with six merchants', () => {
  it.concurrent.each(['close', 'keep-alive'])(
    'takes five seconds in all, with a call of each merchant and a mounted route in flight (Connection: %s)',
    async (connection) => {
      const server = await startServer();
      const app = await startMall(server);
      server.answer(silence);
      const request = fetch(`${await app.getUrl()}/cards`, { headers: { connection } });
      const calls = MERCHANTS.map((name) => app.get<UserCardsService>(getUserCardsToken(name)).list({ customerId }));
      const settled = Promise.allSettled(calls);
      await eventually(() => server.requests.length, 1 + MERCHANTS.length);

      const elapsedMs = await timed(app.close());

      expect(elapsedMs).toBeGreaterThan(4_900);
      expect(elapsedMs).toBeLessThan(5_500);
      expect((await request).status).toBe(502);
      expect((await settled).map((it) => it.status === 'rejected' && String(it.reason))).toEqual(
        MERCHANTS.map(() => expect.stringContaining('the application is shutting down')),
      );
      await eventually(() => server.sockets.size, 0);
    },
    15_000,
  );

  it.concurrent(
    'takes five seconds with an apiKey function that never answers',
    async () => {
      const app = await startMall(await startServer(), {
        apiKey: () => new Promise(() => undefined),
        secret: 'false-secret-of-a-test-0123456789',
      });
      const settled = Promise.allSettled([app.get(UserCardsService).list({ customerId })]);
      expect(await timed(app.close())).toBeLessThan(5_500);
      expect(await settled).toMatchObject([{ reason: { name: 'OttuUnavailableError', attempts: 0 } }]);
    },
    15_000,
  );

  it('takes no time when nothing runs', async () => {
    const server = await startServer();
    const app = await startMall(server);
    server.answer(cards);
    await app.get(UserCardsService).list({ customerId });
    expect(await timed(app.close())).toBeLessThan(500);
    await eventually(() => server.sockets.size, 0);
  });

  it('lets a call retry and end while the others are still awaited', async () => {
    const server = await startServer();
    const app = await startMall(server);
    server.answer(
      (socket) => void setTimeout(() => socket.destroy(), 300),
      (...args) => void setTimeout(() => cards(...args), 300),
    );
    const call = app.get(UserCardsService).list({ customerId });
    await eventually(() => server.requests.length, 1);
    const closed = app.close();
    await expect(call).resolves.toHaveLength(1);
    await closed;
    expect(server.requests).toHaveLength(2);
  });
});
