import { setTimeout as sleep } from 'node:timers/promises';
import { createKeyv } from '@keyv/redis';
import type { UserCardsService } from 'nestjs-ottu-cards';
import { aCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, closeWithTest, startFake } from '../support/application.js';
import { startCachedCards } from '../support/cached-cards.js';
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.js';

const ANNA = { customerId: 'anna' };
const FILTERS = [ANNA, { ...ANNA, pgCodes: ['credit-card'] }];

afterEach(closeAll);

describeWithRedis('a Redis that lost its last writes (needs redis-server)', () => {
  let fake: FakeOttu;
  let redis: TestRedis;
  beforeEach(async () => {
    fake = await startFake();
    redis = await startRedis();
    closeWithTest(() => redis.stop());
  });

  async function startInstance(): Promise<UserCardsService> {
    const store = createKeyv({ url: redis.url, socket: { connectTimeout: 500 } });
    store.on('error', () => 'a shop would log it');
    closeWithTest(async () => store.disconnect());
    return (await startCachedCards(fake, { store, ttlMs: 600_000 })).cards;
  }

  const tokensOf = async (cards: UserCardsService, filter = ANNA): Promise<readonly string[]> =>
    (await cards.list(filter)).map(({ token }) => token);

  /** Until this instance is served by Redis again: its connection was cut. */
  async function servedFromRedis(cards: UserCardsService): Promise<readonly string[]> {
    for (const startedAt = performance.now(); performance.now() - startedAt < 15_000; await sleep(100)) {
      const before = fake.received.length;
      const tokens = await tokensOf(cards);
      if (fake.received.length === before) return tokens;
    }
    throw new Error('Redis did not come back.');
  }

  it('does not make the deleting instance show the deleted card', async () => {
    const [deleting, other] = [await startInstance(), await startInstance()];
    const [gone, kept] = [fake.save(aCard(ANNA)).token, fake.save(aCard(ANNA)).token];
    for (const filter of FILTERS) expect(await tokensOf(other, filter)).toEqual([gone, kept]);
    await redis.save();
    await deleting.delete({ ...ANNA, token: gone });
    for (const filter of FILTERS) expect(await tokensOf(deleting, filter)).toEqual([kept]);
    await redis.halt();
    await redis.start();

    expect(await servedFromRedis(other)).toEqual([gone, kept]); // it was told, and Redis forgot: until ttlMs is over
    const asked = fake.received.length;
    for (const filter of FILTERS) expect(await tokensOf(deleting, filter)).toEqual([kept]);
    expect(fake.received).toHaveLength(asked + FILTERS.length);
  }, 30_000);

  it('keeps being of use to the deleting instance afterwards', async () => {
    const deleting = await startInstance();
    const [gone, kept] = [fake.save(aCard(ANNA)).token, fake.save(aCard(ANNA)).token];
    expect(await tokensOf(deleting)).toEqual([gone, kept]);
    await redis.save();
    await deleting.delete({ ...ANNA, token: gone });
    await redis.halt();
    await redis.start();
    expect(await servedFromRedis(deleting)).toEqual([kept]);
  }, 30_000);
});
