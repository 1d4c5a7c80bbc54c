import { JsonFields } from '../cards/json-fields.js';
import type { SavedCard } from '../cards/saved-card.js';
import { UnexpectedShapeError } from '../errors/unexpected-shape.error.js';
import { isRecord } from '../common/is-record.js';

/** A list as it lies in a shared store. */
export interface KeptList {
  readonly cards: readonly SavedCard[];
  /** The generation of its customer that it was asked for in. */
  readonly generation: string;
  /** When it was asked for, in milliseconds since 1970. */
  readonly begunAt: number;
}

/** Reads what came out of a store; `undefined` when it is no list, or holds one single card of another customer. */
export function readKeptList(value: unknown, customerId: string): KeptList | undefined {
  if (!isRecord(value)) return undefined;
  const { cards, generation, begunAt } = value;
  if (!Array.isArray(cards) || typeof generation !== 'string' || typeof begunAt !== 'number') return undefined;
  try {
    return { cards: cards.map((card: unknown) => readCard(card, customerId)), generation, begunAt };
  } catch (error) {
    if (error instanceof UnexpectedShapeError) return undefined;
    throw error;
  }
}

/** Cards of the caller's own: what it does to them, no other caller sees. */
export function copyCards(cards: readonly SavedCard[]): SavedCard[] {
  return cards.map((card) => ({ ...card, agreements: [...card.agreements] }));
}

function readCard(value: unknown, customerId: string): SavedCard {
  const card = new JsonFields(value, 'a kept card');
  if (card.string('customerId') !== customerId) card.refuse('customerId', 'must be the customer who was asked for');
  return {
    id: card.string('id'),
    token: card.string('token'),
    customerId,
    brand: card.nullableString('brand'),
    number: card.nullableString('number'),
    last4: card.nullableString('last4'),
    nameOnCard: card.nullableString('nameOnCard'),
    expiryMonth: card.string('expiryMonth'),
    expiryYear: card.string('expiryYear'),
    pgCode: card.string('pgCode'),
    pgName: card.nullableString('pgName'),
    isPreferred: card.boolean('isPreferred'),
    isExpired: card.boolean('isExpired'),
    willExpireSoon: card.boolean('willExpireSoon'),
    cvvRequired: card.boolean('cvvRequired'),
    agreements: card.strings('agreements'),
  };
}
