import { Injectable } from '@nestjs/common';
import type { OttuWebhookHandler, SavedCardEvent } from 'nestjs-ottu-cards/webhooks';
import { CardChanges } from './card-changes.js';

/** A payment used or saved a card, and Ottu lists it: whoever looks at that customer's cards looks again. */
@Injectable()
export class CardSavedHandler implements OttuWebhookHandler {
  constructor(private readonly changes: CardChanges) {}

  onSavedCard({ card }: SavedCardEvent): void {
    this.changes.tell(card.customerId); // the customer of the proven card, never the one of the claims
  }
}
