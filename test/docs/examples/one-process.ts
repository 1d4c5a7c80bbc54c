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
