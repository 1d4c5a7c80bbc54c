// #region memory
import { Module } from '@nestjs/common';
import { OttuCardsModule } from 'nestjs-ottu-cards';
import { cardCache } from 'nestjs-ottu-cards/cache';

@Module({
  imports: [
    OttuCardsModule.forRoot({
      apiKey: process.env['OTTU_API_KEY'] ?? '',
      env: 'production',
      merchantId: 'pay.shop.example',
      cache: cardCache({ ttlMs: 30_000, maxEntries: 1_000 }),
    }),
  ],
})
export class OneProcessModule {}
// #endregion

import { Injectable } from '@nestjs/common';
import { type SavedCard, UserCardsService } from 'nestjs-ottu-cards';

// #region redis
import { createKeyv } from '@keyv/redis';

export const store = createKeyv({
  url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379',
  socket: { connectTimeout: 500 },
});
store.on('error', (error: Error) => console.warn(`card cache: ${error.message}`));

export const cache = cardCache({ store, ttlMs: 120_000 });
// #endregion

// #region fresh
@Injectable()
export class WalletService {
  constructor(private readonly cards: UserCardsService) {}

  /** Right after the customer has been to Ottu's page: this list asks Ottu, and nothing older is shown after it. */
  afterCheckout(customerId: string): Promise<SavedCard[]> {
    return this.cards.list({ customerId }, { fresh: true });
  }

  /** The shop has heard of a change outside this library. */
  changedElsewhere(customerId: string): Promise<void> {
    return cache.invalidate({ customerId });
  }
}
// #endregion
