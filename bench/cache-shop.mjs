// One instance of a shop as the benchmark drives it: the built library, a store where one is given, a clock that jumps.
import { createKeyv } from '@keyv/redis';
import { NestFactory } from '@nestjs/core';
import 'reflect-metadata';
import { cardCache } from '../libs/ottu-cards/dist/esm/cache/index.js';
import { OttuCardsModule, UserCardsService } from '../libs/ottu-cards/dist/esm/index.js';

/** @param {{ baseUrl: string, redis?: string, ttlMs?: number, maxEntries?: number, isCached?: boolean }} setup */
export async function openShop({ baseUrl, redis, ttlMs, maxEntries, isCached = true }) {
  const store = redis === undefined ? undefined : createKeyv({ url: redis });
  const cache = isCached ? cardCache({ store, ttlMs, maxEntries }) : undefined;
  const options = { apiKey: 'fakefake.00000000000000000000000000000000', env: 'sandbox', baseUrl, cache };
  const context = await NestFactory.createApplicationContext(OttuCardsModule.forRoot(options), { logger: false });
  return {
    cards: context.get(UserCardsService),
    close: async () => {
      await context.close();
      await store?.disconnect();
    },
  };
}

if (process.send !== undefined) {
  let simulatedMs = 0;
  const start = 1_800_000_000_000;
  Date.now = () => start + simulatedMs;
  performance.now = () => simulatedMs;
  const { cards } = await openShop(JSON.parse(process.argv[2]));
  process.on('message', ({ at, customerId }) => {
    simulatedMs = at;
    void cards.list({ customerId }).then(() => process.send('done'));
  });
  process.send('ready');
}
