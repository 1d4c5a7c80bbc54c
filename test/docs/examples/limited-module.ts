// #region limiter-module
import { Module } from '@nestjs/common';
import { OttuCardsModule } from 'nestjs-ottu-cards';
import { OttuLimit } from './ottu-limit.js';

@Module({ providers: [OttuLimit], exports: [OttuLimit] })
class LimitModule {}

@Module({
  imports: [
    OttuCardsModule.forRootAsync({
      imports: [LimitModule],
      inject: [OttuLimit],
      useFactory: (limiter: OttuLimit) => ({
        apiKey: process.env['OTTU_API_KEY'] ?? '',
        env: 'production',
        merchantId: 'pay.shop.example',
        limiter,
      }),
    }),
  ],
})
export class LimitedModule {}
// #endregion
