import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Redis } from 'ioredis';
import type { OttuLimiter } from 'nestjs-ottu-cards';
import { bullQueue } from 'nestjs-ottu-cards/bullmq';
import { type CardCache, cardCache } from 'nestjs-ottu-cards/cache';
import type { WebhookQueue } from 'nestjs-ottu-cards/webhooks';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { ShopConfig } from '../shop.config.js';

/** What Ottu allows a merchant each day. */
const REQUESTS_A_DAY = 90_000;
const A_DAY_S = 24 * 60 * 60;

/** What the shop keeps between requests: in the memory of this process, or in Redis for several processes. */
@Injectable()
export class ShopStorage implements OnApplicationShutdown {
  /** A page asks for the list, then for the card that checkout offers: Ottu is asked once. */
  readonly cardCache: CardCache;
  /** Counts the requests of all processes. */
  readonly limiter: OttuLimiter | undefined;
  /** Keeps webhooks until one of the processes has handled them. */
  readonly webhookQueue: WebhookQueue | undefined;
  readonly redis: Redis | undefined;

  constructor(config: ConfigService<ShopConfig, true>) {
    const url = config.get('REDIS_URL', { infer: true });
    if (url === undefined) {
      this.cardCache = cardCache();
      return;
    }
    const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 });
    redis.on('error', (error: Error) => new Logger('Redis').warn(error.message));
    this.redis = redis;
    this.cardCache = cardCache({
      store: {
        get: (key) => redis.get(key),
        set: (key, value, ttlMs) => redis.set(key, value, 'PX', ttlMs),
        delete: (key) => redis.del(key),
      },
    });
    this.limiter = new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: 'shop-ottu',
      points: REQUESTS_A_DAY,
      duration: A_DAY_S,
      rejectIfRedisNotReady: true,
    });
    this.webhookQueue = bullQueue({ connection: { url } });
  }

  onApplicationShutdown(): void {
    this.redis?.disconnect();
  }
}
