// #region limiter
// src/ottu-limit.ts
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { OttuLimiter } from 'nestjs-ottu-cards';
import { RateLimiterRedis } from 'rate-limiter-flexible';

const PER_DAY = 90_000;
/** Lists leave so many requests to deletes. */
const FOR_DELETES = 2_000;
const WARN_AT = PER_DAY * 0.8;

/** One limit for all instances of the shop: they share this Redis. */
@Injectable()
export class OttuLimit implements OttuLimiter, OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(OttuLimit.name);
  private readonly redis = new Redis(process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379', {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
  }).on('error', (error: Error) => this.logger.warn(error.message));
  private readonly all = this.perDay('ottu-all', PER_DAY);
  private readonly reads = this.perDay('ottu-reads', PER_DAY - FOR_DELETES);

  /** Before the application takes requests: without a connection nothing is counted. */
  async onModuleInit(): Promise<void> {
    await this.redis.connect().catch(() => 'logged above, and tried again');
  }

  /** What a limiter rejects with is handed on: the library tells "nothing left" from "Redis is away". */
  async consume(...[key, points, { operation }]: Parameters<OttuLimiter['consume']>): Promise<void> {
    if (operation !== 'delete') await this.reads.consume(key, points);
    const { consumedPoints } = await this.all.consume(key, points);
    if (consumedPoints === WARN_AT) this.logger.warn(`80 % of the ${PER_DAY} requests that Ottu allows a day are used`);
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }

  private perDay(keyPrefix: string, points: number): RateLimiterRedis {
    const duration = 24 * 60 * 60;
    return new RateLimiterRedis({ storeClient: this.redis, keyPrefix, points, duration, rejectIfRedisNotReady: true });
  }
}
// #endregion
