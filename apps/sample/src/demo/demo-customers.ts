import { aCard, type FakeOttu, sampleCards } from 'nestjs-ottu-cards/testing';

/** The customers whom the shop knows: Layla has a card of every kind, Omar two, Sara none yet. */
export const DEMO_CUSTOMERS = ['layla', 'omar', 'sara'] as const;

export type DemoCustomer = (typeof DEMO_CUSTOMERS)[number];

/** The shop's own id of a customer, which is what Ottu knows them by. */
export function customerIdOf(customer: DemoCustomer): string {
  return `demo-${customer}`;
}

/** Gives the demo customers their first cards, the same after every start. */
export function saveDemoCards(fake: FakeOttu): void {
  const layla = { customerId: customerIdOf('layla'), nameOnCard: 'LAYLA HADDAD' };
  sampleCards(layla.customerId).forEach((card, index) => {
    fake.save(card.number === null ? card : { ...card, ...layla, ...ending(LAYLAS[index] ?? '0000') });
  });
  const omar = { customerId: customerIdOf('omar'), nameOnCard: 'OMAR NASSER' };
  fake.save(aCard({ ...omar, brand: 'AMEX', ...ending('3005'), isPreferred: true }));
  fake.save(aCard({ ...omar, brand: 'MADA', ...ending('4417'), pgCode: 'mada', pgName: 'mada' }));
}

const LAYLAS = ['0026', '1881', '5310', '7702', '', '9424'];

function ending(last4: string): { readonly number: string; readonly last4: string } {
  return { number: `**** ${last4}`, last4 };
}
