import { Injectable } from '@nestjs/common';
import { OttuDeleteUnknownError, type SavedCard, UserCardsService } from 'nestjs-ottu-cards';

@Injectable()
export class CardRemoval {
  constructor(private readonly cards: UserCardsService) {}

  /** The cards that are left. */
  async remove(customerId: string, token: string, signal: AbortSignal): Promise<SavedCard[]> {
    // #region catch
    try {
      await this.cards.delete({ customerId, token }, { signal, timeoutMs: 5_000 });
    } catch (error) {
      if (!OttuDeleteUnknownError.is(error)) throw error; // else it may be gone or not: the list tells
    }
    return this.cards.list({ customerId });
    // #endregion
  }
}
