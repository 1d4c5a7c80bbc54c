// #region rotating-key
import { Injectable, Module } from '@nestjs/common';
import { type OttuCardsFactoryResult, OttuCardsModule } from 'nestjs-ottu-cards';

/** Stands for the client of your secret store. */
@Injectable()
class SecretStore {
  read(name: string): Promise<string> {
    return Promise.resolve(process.env[name] ?? '');
  }
}

@Module({ providers: [SecretStore], exports: [SecretStore] })
class SecretStoreModule {}

@Module({
  imports: [
    OttuCardsModule.forRootAsync({
      imports: [SecretStoreModule],
      inject: [SecretStore],
      useFactory: async (secrets: SecretStore): Promise<OttuCardsFactoryResult> => ({
        apiKey: () => secrets.read('OTTU_API_KEY'), // asked for each call, twice for a delete by id
        secret: await secrets.read('OTTU_CARDS_SECRET'), // required with a function
        env: 'production',
        merchantId: 'pay.shop.example',
      }),
    }),
  ],
})
export class RotatingKeyModule {}
// #endregion
