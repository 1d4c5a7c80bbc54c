// #region service
import { Injectable } from '@nestjs/common';
import { type SavedCard, UserCardsService } from 'nestjs-ottu-cards';

@Injectable()
export class WalletService {
  constructor(private readonly cards: UserCardsService) {}

  /** Preferred cards first. Expired cards are in the list, too. */
  all(customerId: string): Promise<SavedCard[]> {
    return this.cards.list({ customerId });
  }

  /** Only cards of these payment gateways. */
  ofGateways(customerId: string): Promise<SavedCard[]> {
    return this.cards.list({ customerId, pgCodes: ['knet', 'credit-card'] });
  }

  /** The card that was last used for this agreement. */
  async ofAgreement(customerId: string, agreementId: string): Promise<SavedCard | undefined> {
    const [card] = await this.cards.list({ customerId, agreementId });
    return card;
  }

  /** One card, by the id that a page has. `undefined`: this customer has no such card. */
  one(customerId: string, id: string): Promise<SavedCard | undefined> {
    return this.cards.find({ customerId, id });
  }

  /** Resolves when the card is deleted. */
  remove(customerId: string, id: string): Promise<void> {
    return this.cards.delete({ customerId, id });
  }
}
// #endregion
