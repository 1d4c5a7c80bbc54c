// #region module
// src/checkout.module.ts
import { Injectable, Module } from '@nestjs/common';
import { OttuCardsModule, type SavedCard, UserCardsService } from 'nestjs-ottu-cards';

@Injectable()
export class CheckoutService {
  constructor(private readonly cards: UserCardsService) {}

  savedCards(customerId: string): Promise<SavedCard[]> {
    return this.cards.list({ customerId });
  }
}

@Module({
  imports: [
    OttuCardsModule.forRoot({
      apiKey: process.env['OTTU_API_KEY'] ?? '',
      env: 'production',
      merchantId: 'pay.shop.example', // the host of your Ottu account
    }),
  ],
  providers: [CheckoutService],
})
export class CheckoutModule {}
// #endregion
