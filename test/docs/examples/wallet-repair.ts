// #region recover
import { Injectable } from '@nestjs/common';
import { UserCardsService } from 'nestjs-ottu-cards';
import { Wallet } from './storage.js';

@Injectable()
export class WalletRepair {
  constructor(
    private readonly cards: UserCardsService,
    private readonly wallet: Wallet,
  ) {}

  /** For a customer who misses a card, and every night for those who paid that day. */
  async repair(customerId: string): Promise<void> {
    for (const card of await this.cards.list({ customerId })) this.wallet.add(card);
  }
}
// #endregion
