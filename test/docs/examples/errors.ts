// #region catch
import { Injectable } from '@nestjs/common';
import { OttuDeleteUnknownError, type SavedCard, UserCardsService } from 'nestjs-ottu-cards';

@Injectable()
export class CardRemoval {
  constructor(private readonly cards: UserCardsService) {}

  /** Deletes a card. Gives the cards that are left. */
  async remove(customerId: string, id: string): Promise<SavedCard[]> {
    try {
      await this.cards.delete({ customerId, id });
    } catch (error) {
      if (!OttuDeleteUnknownError.is(error)) throw error;
      // Ottu may have deleted the card, or not. The list below tells which.
    }
    return this.cards.list({ customerId });
  }
}
// #endregion
