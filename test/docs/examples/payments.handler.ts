// #region handler
// src/payments.handler.ts
import { Injectable, Logger } from '@nestjs/common';
import type { OttuWebhookHandler, PaymentEvent, SavedCardEvent } from 'nestjs-ottu-cards/webhooks';
import { Orders, Wallet } from './storage.js';

@Injectable()
export class PaymentsHandler implements OttuWebhookHandler {
  private readonly logger = new Logger(PaymentsHandler.name);

  constructor(
    private readonly orders: Orders,
    private readonly wallet: Wallet,
  ) {}

  onPayment({ result, signed }: PaymentEvent): void {
    if (result !== 'success' || signed.orderNo === undefined) return;
    const order = this.orders.find(signed.orderNo);
    if (order === undefined) return; // not yours
    if (Number(signed.amount) !== Number(order.amount) || signed.currencyCode !== order.currency) {
      this.logger.error(`Order ${signed.orderNo} was not paid with the amount that the shop asked for.`);
      return;
    }
    this.orders.fulfil(order); // changes nothing when it is fulfilled already
  }

  onSavedCard({ card }: SavedCardEvent): void {
    this.wallet.add(card); // true for a card not seen before: Ottu does not tell a new card from an old one
  }
}
// #endregion
