// #region redis
// src/card-cache.ts
import { createKeyv } from '@keyv/redis';
import { cardCache } from 'nestjs-ottu-cards/cache';

export const store = createKeyv({
  url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379',
  socket: { connectTimeout: 500 },
});
store.on('error', (error: Error) => console.warn(`card cache: ${error.message}`));

export const cache = cardCache({ store, ttlMs: 120_000 });
// #endregion
