import { Injectable, Module, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { filter, map, type Observable, Subject } from 'rxjs';
import { ShopStorage } from '../storage/shop-storage.js';

/** Holds ids of customers, which are the shop's own. */
const CHANNEL = 'shop-card-changes';

/** Tells that a customer's cards have changed; never which, nor how. With Redis it tells the pages of all processes. */
@Injectable()
export class CardChanges implements OnModuleDestroy, OnApplicationShutdown {
  private readonly customerIds = new Subject<string>();
  private readonly subscriber: Redis | undefined;

  constructor(private readonly storage: ShopStorage) {
    this.subscriber = storage.redis?.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null });
    this.subscriber?.on('error', () => undefined); // the storage's own connection logs it
    this.subscriber?.on('message', (_channel, customerId) => this.customerIds.next(customerId));
    this.subscriber?.subscribe(CHANNEL).catch(() => undefined); // the shop closes
  }

  tell(customerId: string): void {
    const { redis } = this.storage;
    if (redis === undefined) return this.customerIds.next(customerId);
    redis.publish(CHANNEL, customerId).catch(() => this.customerIds.next(customerId)); // then at least this process
    return undefined;
  }

  /** Emits at every change of this customer's cards; completes when the shop closes. */
  of(customerId: string): Observable<void> {
    return this.customerIds.pipe(
      filter((changed) => changed === customerId),
      map(() => undefined),
    );
  }

  /** Before the server closes, which would wait for open streams. */
  onModuleDestroy(): void {
    this.customerIds.complete();
  }

  onApplicationShutdown(): void {
    this.subscriber?.disconnect();
  }
}

@Module({ providers: [CardChanges], exports: [CardChanges] })
export class CardChangesModule {}
