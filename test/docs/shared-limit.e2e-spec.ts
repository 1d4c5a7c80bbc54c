import { Redis } from 'ioredis';
import { OttuCardsModule, UserCardsService } from 'nestjs-ottu-cards';
import { aCard } from 'nestjs-ottu-cards/testing';
import { closeAll, closeWithTest, startContext, startFake } from '../support/application.js';
import { failureOf } from '../support/cached-cards.js';
import { recordLog } from '../support/recorded-log.js';
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.js';
import { OttuLimit } from './examples/ottu-limit.js';

const customerId = 'customer-1';

describeWithRedis('the guide to a shared limit (needs redis-server)', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(closeAll);
  afterAll(() => redis.stop());

  /** A shop of which so many requests are counted already. */
  async function startShop(used: { readonly all?: number; readonly reads?: number }) {
    const fake = await startFake();
    const client = new Redis(redis.url);
    closeWithTest(async () => client.disconnect());
    for (const [name, count] of Object.entries(used)) {
      await client.set(`ottu-${name}:${fake.url}`, count, 'EX', 3_600);
    }
    const before = process.env['REDIS_URL'];
    process.env['REDIS_URL'] = redis.url;
    const ottu = OttuCardsModule.forRootAsync({
      inject: [OttuLimit],
      imports: [{ module: class LimitModule {}, providers: [OttuLimit], exports: [OttuLimit] }],
      useFactory: (limiter: OttuLimit) => ({ ...fake.options, limiter }),
    });
    const context = await startContext({ imports: [ottu] });
    process.env['REDIS_URL'] = before;
    return { fake, cards: context.get(UserCardsService), client };
  }

  it('counts every request for all instances', async () => {
    const { fake, cards, client } = await startShop({});
    await cards.list({ customerId });
    await cards.delete({ customerId, token: aCard().token }).catch(() => 'there is no such card');
    expect(await client.mget(`ottu-all:${fake.url}`, `ottu-reads:${fake.url}`)).toEqual(['2', '1']);
  });

  it('keeps a reserve for deletes', async () => {
    const { fake, cards } = await startShop({ all: 88_000, reads: 88_000 });
    const card = fake.save(aCard({ customerId }));
    expect(await failureOf(cards.list({ customerId }))).toMatchObject({
      name: 'OttuRateLimitError',
      retryAfterMs: expect.any(Number),
    });
    await cards.delete({ customerId, token: card.token });
    expect(fake.cardsOf(customerId)).toEqual([]);
  });

  it('ends at 90,000', async () => {
    const { fake, cards } = await startShop({ all: 89_999, reads: 80_000 });
    const [first, second] = [aCard({ customerId }), aCard({ customerId })].map((card) => fake.save(card));
    await cards.delete({ customerId, token: first?.token ?? '' });
    expect(await failureOf(cards.delete({ customerId, token: second?.token ?? '' }))).toMatchObject({
      name: 'OttuRateLimitError',
    });
    expect(fake.received).toHaveLength(1);
  });

  it('warns once at 80 %', async () => {
    const { cards } = await startShop({ all: 71_998 });
    const lines = recordLog();
    for (const _ of [1, 2, 3]) await cards.list({ customerId });
    expect(lines.filter((line) => line.startsWith('warn'))).toEqual([
      'warn OttuLimit: 80 % of the 90000 requests that Ottu allows a day are used',
    ]);
  });
});
