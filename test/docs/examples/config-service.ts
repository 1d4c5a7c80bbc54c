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
        env: config.getOrThrow<'sandbox' | 'production'>('OTTU_ENV'), // with anything else the application does not start
        merchantId: config.getOrThrow<string>('OTTU_MERCHANT_ID'),
        secret: config.getOrThrow<string>('OTTU_CARDS_SECRET'),
      }),
    }),
  ],
})
export class ConfiguredModule {}
// #endregion
