import { Injectable, Logger } from '@nestjs/common';
import type { OttuWebhookHandler, PaymentEvent, SavedCardEvent } from 'nestjs-ottu-cards/webhooks';
import { CardChanges } from './card-changes.js';

/** What this shop does when Ottu tells of a payment. */
@Injectable()
export class PaymentHandler implements OttuWebhookHandler {
  private readonly logger = new Logger('Payments');

  constructor(private readonly changes: CardChanges) {}

  /** Of every payment, whatever became of it. Your shop finds its order here: docs/webhooks.md says what to check first. */
  onPayment({ id, result, state }: PaymentEvent): void {
    this.logger.log({ event: id, result, state });
  }

  /** A payment used or saved a card, and Ottu lists it: the customer's open pages look again. */
  onSavedCard({ card }: SavedCardEvent): void {
    this.changes.tell(card.customerId); // the customer of the proven card, never the one of the claims
  }
}
