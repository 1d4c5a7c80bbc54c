import { Injectable } from '@nestjs/common';
import { type SavedCard, UserCardsService } from 'nestjs-ottu-cards';

/** An ordinary service of the shop: it injects `UserCardsService` and knows nothing of HTTP. */
@Injectable()
export class WalletService {
  constructor(private readonly cards: UserCardsService) {}

  /** The cards a checkout page offers, the preferred one first. */
  async usableCards(customerId: string): Promise<SavedCard[]> {
    const cards = await this.cards.list({ customerId });
    return cards.filter((card) => !card.isExpired);
  }
}
