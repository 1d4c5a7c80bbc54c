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
  imports: [OttuCardsModule.forRoot({ apiKey: 'obviously.false', env: 'production', merchantId: 'pay.shop.example' })],
  providers: [
    {
      provide: CheckoutService,
      inject: [UserCardsService], // esbuild, under Vitest, leaves no metadata behind
      useFactory: (cards: UserCardsService) => new CheckoutService(cards),
    },
  ],
})
export class CheckoutModule {}
