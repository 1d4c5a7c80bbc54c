// #region config-service
import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { type OttuCardsFactoryResult, OttuCardsModule } from 'nestjs-ottu-cards';

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, cache: true }),
    OttuCardsModule.forRootAsync({
      isGlobal: true,
      inject: [ConfigService],
      useFactory: (config: ConfigService): OttuCardsFactoryResult => ({
        apiKey: config.getOrThrow<string>('OTTU_API_KEY'),
        env: config.getOrThrow<string>('OTTU_ENV') === 'production' ? 'production' : 'sandbox',
        merchantId: config.getOrThrow<string>('OTTU_MERCHANT_ID'),
        secret: config.getOrThrow<string>('OTTU_CARDS_SECRET'),
      }),
    }),
  ],
})
export class ConfiguredModule {}
// #endregion
