// #region several-merchants
import { Injectable, Module } from '@nestjs/common';
import { InjectUserCards, OttuCardsModule, type SavedCard, UserCardsService } from 'nestjs-ottu-cards';

@Injectable()
export class GulfWallet {
  constructor(
    @InjectUserCards('kuwait') private readonly kuwait: UserCardsService,
    @InjectUserCards('qatar') private readonly qatar: UserCardsService,
  ) {}

  async all(customerId: string): Promise<SavedCard[]> {
    const lists = await Promise.all([this.kuwait.list({ customerId }), this.qatar.list({ customerId })]);
    return lists.flat();
  }
}

@Module({
  imports: [
    OttuCardsModule.forRoot({
      name: 'kuwait',
      apiKey: process.env['OTTU_KUWAIT_API_KEY'] ?? '',
      env: 'production',
      merchantId: 'kuwait.shop.example',
    }),
    OttuCardsModule.forRoot({
      name: 'qatar',
      apiKey: process.env['OTTU_QATAR_API_KEY'] ?? '',
      env: 'production',
      merchantId: 'qatar.shop.example',
    }),
  ],
  providers: [GulfWallet],
})
export class SeveralMerchantsModule {}
// #endregion
