import { Injectable, Module } from '@nestjs/common';
import { OttuCardsModule, type SavedCard, UserCardsService } from 'nestjs-ottu-cards';

// #region client
@Module({
  imports: [
    OttuCardsModule.forRoot({
      apiKey: process.env['OTTU_API_KEY'] ?? '',
      env: 'production',
      merchantId: 'pay.shop.example',
    }),
  ],
})
export class AppModule {}
// #endregion

@Injectable()
export class Wallet {
  constructor(private readonly cards: UserCardsService) {}

  async list(): Promise<SavedCard[]> {
    // #region list
    const cards = await this.cards.list({ customerId: 'customer-1', pgCodes: ['credit-card'] });
    // #endregion
    return cards;
  }

  async get(): Promise<SavedCard | undefined> {
    // #region get
    const [card] = await this.cards.list({ customerId: 'customer-1', agreementId: 'AGREEMENT-1' });
    // #endregion
    return card;
  }

  async delete(token: string): Promise<void> {
    // #region delete
    await this.cards.delete({ customerId: 'customer-1', token });
    // #endregion
  }
}
