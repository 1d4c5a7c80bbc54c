import type { SavedCard } from '../cards/saved-card.js';

let counter = 0;

/**
 * A whole saved card, valid by default: `aCard({ isExpired: true })`. Each has an id of its own, and a token that is no
 * card number. Only what a service lists has the id that a service finds: Ottu, and so the fake, knows none.
 */
export function aCard(overrides: Partial<SavedCard> = {}): SavedCard {
  counter += 1;
  const last4 = String(counter % 10_000).padStart(4, '0');
  return {
    id: `fake-card-${String(counter).padStart(14, '0')}`,
    token: `tok-${String(counter).padStart(8, '0')}`,
    customerId: 'customer-1',
    brand: 'VISA',
    number: `**** ${last4}`,
    last4,
    nameOnCard: 'TEST HOLDER',
    expiryMonth: '01',
    expiryYear: '39',
    pgCode: 'credit-card',
    pgName: 'ottu_sandbox',
    isPreferred: false,
    isExpired: false,
    willExpireSoon: false,
    cvvRequired: true,
    agreements: [],
    ...overrides,
  };
}

/** One card of every kind that a shop meets, for demos and first tests. */
export function sampleCards(customerId: string, now = new Date()): SavedCard[] {
  const soon = {
    expiryMonth: String(now.getUTCMonth() + 1).padStart(2, '0'),
    expiryYear: String(now.getUTCFullYear()).slice(2),
  };
  return [
    aCard({ customerId, brand: 'MASTERCARD', number: '**** 0026', last4: '0026' }),
    aCard({ customerId, isPreferred: true, cvvRequired: false }),
    aCard({
      customerId,
      expiryMonth: '03',
      expiryYear: '21',
      isExpired: true,
      pgCode: 'knet',
      pgName: 'knet',
      brand: 'KNET',
    }),
    aCard({ customerId, ...soon, willExpireSoon: true, pgCode: 'benefit', pgName: 'benefit', brand: 'BENEFIT' }),
    aCard({ customerId, brand: null, number: null, last4: null, nameOnCard: null, pgName: null }),
    aCard({ customerId, cvvRequired: false, agreements: ['AGREEMENT-1'] }),
  ];
}
