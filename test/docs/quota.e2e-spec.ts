import { OttuCardsModule, UserCardsService } from 'nestjs-ottu-cards';
import { aCard } from 'nestjs-ottu-cards/testing';
import { closeAll, startContext, startFake } from '../support/application.js';
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.js';

afterEach(closeAll);

describeWithRedis('the guide to the quota (needs redis-server)', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  it('shows code that keeps lists in Redis and forgets them when told to', async () => {
    const before = process.env['REDIS_URL'];
    process.env['REDIS_URL'] = redis.url;
    const { cache, store } = await import('./examples/card-cache.js');
    const { WalletService } = await import('./examples/fresh-cards.js');
    process.env['REDIS_URL'] = before;
    const fake = await startFake();
    const context = await startContext({ imports: [OttuCardsModule.forRoot({ ...fake.options, cache })] });
    const cards = context.get(UserCardsService);
    const wallet = new WalletService(cards);
    const customerId = 'customer-1';

    expect(await cards.list({ customerId })).toEqual([]);
    const card = fake.save(aCard({ customerId }));
    expect(await cards.list({ customerId })).toEqual([]);
    expect(await wallet.afterCheckout(customerId)).toMatchObject([card]);
    fake.reset();
    expect(await cards.list({ customerId })).toMatchObject([card]);
    await wallet.changedElsewhere(customerId);
    expect(await cards.list({ customerId })).toEqual([]);
    await store.disconnect();
  });
});
