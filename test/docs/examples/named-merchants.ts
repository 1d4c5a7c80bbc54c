// #region named
import { Injectable, Module } from '@nestjs/common';
import { InjectUserCards, OttuCardsModule, UserCardsService } from 'nestjs-ottu-cards';

@Injectable()
export class GulfWallet {
  constructor(
    @InjectUserCards('kuwait') readonly kuwait: UserCardsService,
    @InjectUserCards('qatar') readonly qatar: UserCardsService,
  ) {}
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
export class GulfModule {}
// #endregion
