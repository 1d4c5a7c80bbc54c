// #region module
// src/shop.module.ts
import { Module } from '@nestjs/common';
import { OttuCardsModule } from 'nestjs-ottu-cards';
import { OttuWebhooksModule } from 'nestjs-ottu-cards/webhooks';
import { PaymentsHandler } from './payments.handler.js';
import { StorageModule } from './storage.js';

@Module({
  imports: [
    OttuCardsModule.forRoot({
      apiKey: process.env['OTTU_API_KEY'] ?? '',
      env: 'production',
      merchantId: 'pay.shop.example',
      isGlobal: true, // only onSavedCard needs it
    }),
    OttuWebhooksModule.forRoot({
      hmacKey: process.env['OTTU_HMAC_KEY'] ?? '', // "HMAC key" in Ottu's dashboard
      path: 'webhooks/ottu', // Ottu's webhook_url is https://shop.example/webhooks/ottu
      handler: PaymentsHandler,
      imports: [StorageModule], // what the handler injects
    }),
  ],
})
export class ShopModule {}
// #endregion
