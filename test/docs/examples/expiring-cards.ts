// #region reminders
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { OttuAuthError, OttuConfigError, OttuError, type SavedCard, UserCardsService } from 'nestjs-ottu-cards';

/** What the job needs of your own application. */
export interface ReminderStore {
  /** The customers who have saved a card and were not checked today. */
  customersToCheck(): Promise<readonly string[]>;
  markChecked(customerId: string): Promise<void>;
  /** False when the customer was reminded of this card before. Keeps `card.id`, not the token. */
  isNew(card: Pick<SavedCard, 'id' | 'customerId' | 'expiryMonth' | 'expiryYear'>): Promise<boolean>;
  remind(card: SavedCard): Promise<void>;
}

@Injectable()
export class ExpiryReminders {
  private readonly logger = new Logger(ExpiryReminders.name);

  constructor(private readonly cards: UserCardsService) {}

  /** Run it once a day in one process. One request to Ottu for each customer. */
  async run(store: ReminderStore): Promise<void> {
    for (const customerId of await store.customersToCheck()) {
      try {
        const cards = await this.cards.list({ customerId });
        for (const card of cards) {
          if (card.willExpireSoon && !card.isExpired && (await store.isNew(card))) await store.remind(card);
        }
        await store.markChecked(customerId);
      } catch (error) {
        if (!OttuError.is(error) || OttuAuthError.is(error) || OttuConfigError.is(error)) throw error; // the same for all
        this.logger.warn(error.message); // holds no customer id, so it may be logged
        if (!error.retryable) continue;
        if ((error.retryAfterMs ?? 0) > 60_000) return; // the next run continues here
        await sleep(error.retryAfterMs ?? 1_000);
      }
    }
  }
}
// #endregion
