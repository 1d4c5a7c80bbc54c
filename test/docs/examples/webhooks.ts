import { Body, Controller, HttpCode, Post, UnauthorizedException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type SavedCard, UserCardsService } from 'nestjs-ottu-cards';

/** An order of the shop's, as it was made. */
interface Order {
  readonly amount: string;
  readonly currency: string;
  isFulfilled: boolean;
}

/** The shop's own storage. */
export class Orders {
  readonly byNumber = new Map<string, Order>();

  find(number: string): Order | undefined {
    return this.byNumber.get(number);
  }

  /** True once: in SQL, `UPDATE … SET fulfilled = true WHERE number = ? AND NOT fulfilled`. */
  fulfil(order: Order): boolean {
    if (order.isFulfilled) return false;
    order.isFulfilled = true;
    return true;
  }
}

/** The cards that the shop has seen, by customer and id. */
export class Wallet {
  readonly cards = new Map<string, SavedCard>();

  /** True for a card that the shop has not seen before: in SQL, `INSERT … ON CONFLICT DO NOTHING`. */
  add(card: SavedCard): boolean {
    const key = JSON.stringify([card.customerId, card.id]);
    if (this.cards.has(key)) return false;
    this.cards.set(key, card);
    return true;
  }
}

@Module({ providers: [Orders, Wallet], exports: [Orders, Wallet] })
export class StorageModule {}

// #region handler
import { Injectable } from '@nestjs/common';
import type { OttuWebhookHandler, PaymentEvent, SavedCardEvent } from 'nestjs-ottu-cards/webhooks';

@Injectable()
export class PaymentsHandler implements OttuWebhookHandler {
  constructor(
    private readonly orders: Orders,
    private readonly wallet: Wallet,
  ) {}

  onPayment({ result, signed }: PaymentEvent): void {
    if (result !== 'success' || signed.orderNo === undefined) return;
    const order = this.orders.find(signed.orderNo);
    if (order === undefined) return; // not yours
    if (signed.amount !== order.amount || signed.currencyCode !== order.currency) return; // not what you asked for
    this.orders.fulfil(order); // changes nothing when it is fulfilled already
  }

  onSavedCard({ card }: SavedCardEvent): void {
    this.wallet.add(card); // true for a card not seen before: Ottu does not tell a new card from an old one
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

// #region body-limit
import type { NestExpressApplication } from '@nestjs/platform-express';

export async function startShop(port: number): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(ShopModule);
  app.useBodyParser('json', { limit: '512kb' }); // Express stops at 100 KiB, and Ottu does not send again after a 413
  app.enableShutdownHooks(); // so that app.close() runs when the process is told to end
  await app.listen(port, '127.0.0.1');
  return app;
}
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
  handler: PaymentsHandler,
  imports: [StorageModule, PagerModule],
  inject: [Pager],
  useFactory: (pager: Pager) => ({
    hmacKey: process.env['OTTU_HMAC_KEY'] ?? '',
    onUndelivered: ({ event, method, reason }) => pager.page(`${method} did not handle event ${event.id}: ${reason}`),
  }),
});
// #endregion

// #region queue
import { bullQueue } from 'nestjs-ottu-cards/bullmq';

export const durable = OttuWebhooksModule.forRootAsync({
  path: 'webhooks/ottu',
  handler: PaymentsHandler,
  imports: [StorageModule],
  useFactory: () => ({
    hmacKey: process.env['OTTU_HMAC_KEY'] ?? '',
    queue: bullQueue({ connection: { url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' } }),
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
    for (const card of await this.cards.list({ customerId })) this.wallet.add(card);
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
