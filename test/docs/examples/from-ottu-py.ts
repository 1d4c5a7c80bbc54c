// #region calls
import { Injectable } from '@nestjs/common';
import { type SavedCard, UserCardsService } from 'nestjs-ottu-cards';

@Injectable()
export class Wallet {
  constructor(private readonly cards: UserCardsService) {}

  /** ottu.cards.list(customer_id=…, pg_codes=["credit-card"]) */
  list(customerId: string): Promise<SavedCard[]> {
    return this.cards.list({ customerId, pgCodes: ['credit-card'] });
  }

  /** ottu.cards.get(customer_id=…, agreement_id="AGREEMENT-1") */
  async get(customerId: string): Promise<SavedCard | undefined> {
    const [card] = await this.cards.list({ customerId, agreementId: 'AGREEMENT-1' });
    return card;
  }

  /** ottu.cards.delete(token=…, customer_id=…) */
  delete(customerId: string, token: string): Promise<void> {
    return this.cards.delete({ customerId, token });
  }
}
// #endregion
