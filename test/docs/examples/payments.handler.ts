// #region handler
// src/payments.handler.ts
import { Injectable } from '@nestjs/common';
import type { OttuWebhookHandler, PaymentEvent, SavedCardEvent } from 'nestjs-ottu-cards/webhooks';
import { Orders, Wallet } from './storage.js';

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
