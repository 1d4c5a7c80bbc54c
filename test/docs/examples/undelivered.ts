// #region undelivered
import { Module } from '@nestjs/common';
import { OttuWebhooksModule } from 'nestjs-ottu-cards/webhooks';
import { PaymentsHandler } from './payments.handler.js';
import { StorageModule } from './storage.js';

/** Stands for whatever wakes somebody up. */
export class Pager {
  readonly pages: string[] = [];

  async page(text: string): Promise<void> {
    this.pages.push(text);
  }
}

@Module({ providers: [Pager], exports: [Pager] })
export class PagerModule {}

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
