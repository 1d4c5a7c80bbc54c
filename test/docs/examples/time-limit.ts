// #region signal
import { Injectable } from '@nestjs/common';
import { type SavedCard, UserCardsService } from 'nestjs-ottu-cards';

@Injectable()
export class CardSuggestions {
  constructor(private readonly cards: UserCardsService) {}

  /** Ends after two seconds, or earlier when the signal aborts. */
  forCheckout(customerId: string, signal: AbortSignal): Promise<SavedCard[]> {
    return this.cards.list({ customerId }, { signal, timeoutMs: 2_000 });
  }
}
// #endregion
