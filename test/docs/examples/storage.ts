// #region storage
// src/storage.ts
import { Module } from '@nestjs/common';
import type { SavedCard } from 'nestjs-ottu-cards';

/** An order of the shop's, as it was made. */
interface Order {
  readonly amount: string;
  readonly currency: string;
  isFulfilled: boolean;
}

/** The shop's own storage. */
export class Orders {
  readonly byNumber = new Map<string, Order>();

  find(number: string): Order | undefined {
    return this.byNumber.get(number);
  }

  /** True once: in SQL, `UPDATE … SET fulfilled = true WHERE number = ? AND NOT fulfilled`. */
  fulfil(order: Order): boolean {
    if (order.isFulfilled) return false;
    order.isFulfilled = true;
    return true;
  }
}

/** The cards that the shop has seen, by customer and id. */
export class Wallet {
  readonly cards = new Map<string, SavedCard>();

  /** True for a card that the shop has not seen before: in SQL, `INSERT … ON CONFLICT DO NOTHING`. */
  add(card: SavedCard): boolean {
    const key = JSON.stringify([card.customerId, card.id]);
    if (this.cards.has(key)) return false;
    this.cards.set(key, card);
    return true;
  }
}

@Module({ providers: [Orders, Wallet], exports: [Orders, Wallet] })
export class StorageModule {}
// #endregion
