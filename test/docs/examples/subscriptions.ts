// #region agreement
import { Injectable } from '@nestjs/common';
import { type SavedCard, UserCardsService } from 'nestjs-ottu-cards';

@Injectable()
export class Subscriptions {
  constructor(private readonly cards: UserCardsService) {}

  async cardOf(customerId: string, agreementId: string): Promise<SavedCard | undefined> {
    const [card] = await this.cards.list({ customerId, agreementId });
    return card;
  }
}
// #endregion
