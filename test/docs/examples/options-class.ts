// #region options-class
import { Injectable, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { type OttuCardsFactoryResult, OttuCardsModule, type OttuCardsOptionsFactory } from 'nestjs-ottu-cards';

@Injectable()
export class OttuOptions implements OttuCardsOptionsFactory {
  constructor(private readonly config: ConfigService) {}

  createOttuCardsOptions(): OttuCardsFactoryResult {
    return {
      apiKey: this.config.getOrThrow<string>('OTTU_API_KEY'),
      env: 'production',
      merchantId: 'pay.shop.example',
    };
  }
}

@Module({ imports: [OttuCardsModule.forRootAsync({ imports: [ConfigModule.forRoot()], useClass: OttuOptions })] })
export class OptionsClassModule {}
// #endregion
