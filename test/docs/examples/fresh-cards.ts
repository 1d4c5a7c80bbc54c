// #region fresh
import { Injectable } from '@nestjs/common';
import { type SavedCard, UserCardsService } from 'nestjs-ottu-cards';
import { cache } from './card-cache.js';

@Injectable()
export class WalletService {
  constructor(private readonly cards: UserCardsService) {}

  /** Right after the customer has been to Ottu's page: this list asks Ottu, and nothing older is shown after it. */
  afterCheckout(customerId: string): Promise<SavedCard[]> {
    return this.cards.list({ customerId }, { fresh: true });
  }

  /** The shop has heard of a change outside this library. */
  changedElsewhere(customerId: string): Promise<void> {
    return cache.invalidate({ customerId });
  }
}
// #endregion
