import { Injectable } from '@nestjs/common';
import { type SavedCard, UserCardsService } from 'nestjs-ottu-cards';

/** An ordinary service of the shop: it injects `UserCardsService` and knows nothing of HTTP. */
@Injectable()
export class CheckoutService {
  constructor(private readonly cards: UserCardsService) {}

  /** The card that the checkout page offers first: the preferred one where it can still pay, else the next that can. */
  async cardToOffer(customerId: string): Promise<SavedCard | undefined> {
    const cards = await this.cards.list({ customerId });
    return cards.find((card) => !card.isExpired);
  }
}
