// #region client
import { Module } from '@nestjs/common';
import { OttuCardsModule } from 'nestjs-ottu-cards';

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
