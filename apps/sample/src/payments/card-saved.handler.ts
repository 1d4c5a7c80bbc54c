import { Injectable } from '@nestjs/common';
import type { CardSavedEvent, OttuCardSavedHandler } from 'nestjs-ottu-cards/webhooks';
import { CardChanges } from './card-changes.js';

/** A card was saved, and Ottu lists it: whoever looks at that customer's cards looks again. */
@Injectable()
export class CardSavedHandler implements OttuCardSavedHandler {
  constructor(private readonly changes: CardChanges) {}

  onCardSaved({ card }: CardSavedEvent): void {
    this.changes.tell(card.customerId); // the customer of the proven card, never the one of the claims
  }
}
