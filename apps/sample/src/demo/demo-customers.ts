import { aCard, type FakeOttu, sampleCards } from 'nestjs-ottu-cards/testing';

/** The customers whom the shop knows: Layla has a card of every kind, Omar two, Sara none yet. */
export const DEMO_CUSTOMERS = ['layla', 'omar', 'sara'] as const;

export type DemoCustomer = (typeof DEMO_CUSTOMERS)[number];

/** The shop's own id of a customer, which is what Ottu knows them by. */
export function customerIdOf(customer: DemoCustomer): string {
  return `demo-${customer}`;
}

/** Gives the demo customers their first cards. */
export function saveDemoCards(fake: FakeOttu): void {
  const names = { customerId: customerIdOf('layla'), nameOnCard: 'LAYLA HADDAD' };
  for (const card of sampleCards(names.customerId)) {
    fake.save(card.nameOnCard === null ? card : { ...card, ...names });
  }
  const omar = { customerId: customerIdOf('omar'), nameOnCard: 'OMAR NASSER' };
  fake.save(aCard({ ...omar, brand: 'AMEX', number: '**** 3005', last4: '3005', isPreferred: true }));
  fake.save(aCard({ ...omar, brand: 'MADA', number: '**** 4417', last4: '4417', pgCode: 'mada', pgName: 'mada' }));
}
