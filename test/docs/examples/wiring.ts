// #region module
// src/checkout.module.ts
import { Injectable, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
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
    OttuCardsModule.forRootAsync({
      imports: [ConfigModule.forRoot()], // reads .env
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        apiKey: config.getOrThrow<string>('OTTU_API_KEY'), // the private key from Ottu's dashboard
        env: 'production', // or 'sandbox': which cards you mean
        merchantId: 'pay.shop.example', // the host of your Ottu account
      }),
    }),
  ],
  providers: [CheckoutService],
})
export class CheckoutModule {}
// #endregion
