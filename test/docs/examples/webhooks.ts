import { Body, Controller, HttpCode, Post, UnauthorizedException } from '@nestjs/common';
import { type SavedCard, UserCardsService } from 'nestjs-ottu-cards';

/** The shop's own storage. */
export class Wallet {
  readonly cards = new Map<string, SavedCard>();

  /** Written once per key, however often it is called: in SQL, `ON CONFLICT DO NOTHING`. */
  keep(key: string, card: SavedCard): void {
    if (!this.cards.has(key)) this.cards.set(key, card);
  }
}

@Module({ providers: [Wallet], exports: [Wallet] })
export class WalletStoreModule {}

// #region handler
import { Injectable } from '@nestjs/common';
import type { OttuWebhookHandler, SavedCardEvent } from 'nestjs-ottu-cards/webhooks';

@Injectable()
export class CardSavedHandler implements OttuWebhookHandler {
  constructor(private readonly wallet: Wallet) {}

  onSavedCard({ id, card }: SavedCardEvent): void {
    this.wallet.keep(id, card); // `id` is the same each time, so a second call changes nothing
  }
}
// #endregion

// #region module
import { Module } from '@nestjs/common';
import { OttuCardsModule } from 'nestjs-ottu-cards';
import { OttuWebhooksModule } from 'nestjs-ottu-cards/webhooks';

@Module({
  imports: [
    OttuCardsModule.forRoot({
      apiKey: process.env['OTTU_API_KEY'] ?? '',
      env: 'production',
      merchantId: 'pay.shop.example',
      isGlobal: true,
    }),
    OttuWebhooksModule.forRoot({
      hmacKey: process.env['OTTU_HMAC_KEY'] ?? '', // "HMAC key" in Ottu's dashboard
      path: 'webhooks/ottu', // Ottu's webhook_url is https://shop.example/webhooks/ottu
      handler: CardSavedHandler,
      imports: [WalletStoreModule], // what the handler injects
    }),
  ],
})
export class ShopModule {}
// #endregion

/** Whatever wakes somebody up. */
export class Pager {
  readonly pages: string[] = [];

  async page(text: string): Promise<void> {
    this.pages.push(text);
  }
}

@Module({ providers: [Pager], exports: [Pager] })
export class PagerModule {}

// #region undelivered
export const watched = OttuWebhooksModule.forRootAsync({
  path: 'webhooks/ottu',
  handler: CardSavedHandler,
  imports: [WalletStoreModule, PagerModule],
  inject: [Pager],
  useFactory: (pager: Pager) => ({
    hmacKey: process.env['OTTU_HMAC_KEY'] ?? '',
    onUndelivered: ({ event, method, reason }) => pager.page(`${method} did not handle event ${event.id}: ${reason}`),
  }),
});
// #endregion

// #region recover
@Injectable()
export class WalletRepair {
  constructor(
    private readonly cards: UserCardsService,
    private readonly wallet: Wallet,
  ) {}

  /** For a customer who misses a card, and every night for those who paid that day. */
  async repair(customerId: string): Promise<void> {
    for (const card of await this.cards.list({ customerId })) this.wallet.keep(card.token, card);
  }
}
// #endregion

// #region own-endpoint
import { verifyWebhook } from 'nestjs-ottu-cards/webhooks';

@Controller('payments')
export class PaymentsController {
  @Post()
  @HttpCode(200)
  paid(@Body() payload: unknown): { scheme: string } {
    const scheme = verifyWebhook({ payload, hmacKey: process.env['OTTU_HMAC_KEY'] ?? '' });
    if (scheme === undefined) throw new UnauthorizedException();
    return { scheme }; // only what this scheme signs is proven
  }
}
// #endregion
