import { Injectable, Module } from '@nestjs/common';
import { InjectUserCards, OttuCardsModule, type SavedCard, UserCardsService } from 'nestjs-ottu-cards';

/** Stands for any configuration service of an application's. */
@Injectable()
class Secrets {
  readonly cardSecret = 'obviously-false-obviously-false-obviously-false';

  read(name: string): Promise<string> {
    return Promise.resolve(process.env[name] ?? '');
  }
}

@Module({ providers: [Secrets], exports: [Secrets] })
class SecretsModule {}

// #region async
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

const accounts = {
  kuwait: { apiKey: 'kuwait00.00000000000000000000000000000000', env: 'sandbox' },
  qatar: { apiKey: 'qatar000.00000000000000000000000000000000', env: 'sandbox' },
} as const;

// #region named
@Injectable()
export class GulfWallet {
  constructor(
    @InjectUserCards('kuwait') readonly kuwait: UserCardsService,
    @InjectUserCards('qatar') readonly qatar: UserCardsService,
  ) {}
}

@Module({
  imports: [
    OttuCardsModule.forRoot({ ...accounts.kuwait, name: 'kuwait' }),
    OttuCardsModule.forRoot({ ...accounts.qatar, name: 'qatar' }),
  ],
  providers: [GulfWallet],
})
export class GulfModule {}
// #endregion

@Injectable()
export class Subscriptions {
  constructor(private readonly cards: UserCardsService) {}

  async cardOf(customerId: string, agreementId: string): Promise<SavedCard | undefined> {
    // #region agreement
    const [card] = await this.cards.list({ customerId, agreementId });
    // #endregion
    return card;
  }
}
