// #region async
import { Injectable, Module } from '@nestjs/common';
import { OttuCardsModule } from 'nestjs-ottu-cards';

/** Stands for the client of your secret store. */
@Injectable()
class Secrets {
  readonly cardSecret = process.env['OTTU_CARDS_SECRET'] ?? '';

  read(name: string): Promise<string> {
    return Promise.resolve(process.env[name] ?? '');
  }
}

@Module({ providers: [Secrets], exports: [Secrets] })
class SecretsModule {}

@Module({
  imports: [
    OttuCardsModule.forRootAsync({
      imports: [SecretsModule],
      inject: [Secrets],
      useFactory: (secrets: Secrets) => ({
        apiKey: () => secrets.read('OTTU_API_KEY'), // asked for every call: a new key needs no restart
        secret: secrets.cardSecret, // 32 or more random characters
        env: 'production',
        merchantId: 'pay.shop.example',
      }),
      isGlobal: true,
    }),
  ],
})
export class PaymentsModule {}
// #endregion
