// One instance of a shop, in a process of its own: calls come in as messages and go to UserCardsService.
import 'reflect-metadata';
import { createKeyv } from '@keyv/redis';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import { OttuCardsModule, type OttuCardsOptions, UserCardsService } from 'nestjs-ottu-cards';
import { cardCache } from 'nestjs-ottu-cards/cache';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { Call, Reply, Setup } from './instances.js';

const setup: Setup = JSON.parse(process.argv[2] ?? '');
const store = createKeyv({ url: setup.redis, socket: { connectTimeout: 500 } });
store.on('error', () => 'a shop would log it');
const options: OttuCardsOptions = {
  ...setup.options,
  ...(setup.ttlMs !== undefined && { cache: cardCache({ store, ttlMs: setup.ttlMs }) }),
  ...(setup.limit !== undefined && { limiter: await sharedLimiter(setup.limit) }),
};
const context = await NestFactory.createApplicationContext(OttuCardsModule.forRoot(options), { logger: ['error'] });
const cards = context.get(UserCardsService);

async function sharedLimiter(points: number): Promise<RateLimiterRedis> {
  const storeClient = new Redis(setup.redis, { lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 0 });
  storeClient.on('error', () => 'a shop would log it');
  await storeClient.connect();
  return new RateLimiterRedis({ storeClient, points, duration: 24 * 60 * 60 });
}

async function answer({ id, method, card }: Call): Promise<Reply> {
  const startedAt = performance.now();
  try {
    const result = method === 'list' ? await cards.list(card) : await cards[method]({ token: '', ...card });
    return {
      id,
      tokens: Array.isArray(result) ? result.map(({ token }) => token) : [],
      ms: performance.now() - startedAt,
    };
  } catch (error) {
    return { id, tokens: [], ms: performance.now() - startedAt, error: String(error) };
  }
}

process.on('message', (call: Call) => {
  void answer(call).then((reply) => process.send?.(reply));
});
process.send?.('ready');
