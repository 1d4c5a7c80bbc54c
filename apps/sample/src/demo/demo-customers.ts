import { aCard, type FakeOttu, sampleCards } from 'nestjs-ottu-cards/testing';

/** The customers whom the shop knows: Layla has a card of every kind, Omar two, Sara none yet. */
export const DEMO_CUSTOMERS = ['layla', 'omar', 'sara'] as const;

export type DemoCustomer = (typeof DEMO_CUSTOMERS)[number];

/** The shop's own id of a customer, which is what Ottu knows them by. */
export function customerIdOf(customer: DemoCustomer): string {
  return `demo-${customer}`;
}

const NAMES: Readonly<Record<DemoCustomer, string>> = {
  layla: 'LAYLA HADDAD',
  omar: 'OMAR NASSER',
  sara: 'SARA KHALIL',
};

/** What stands on a card of this customer: whose it is, and their name. */
export function holder(customer: DemoCustomer): { readonly customerId: string; readonly nameOnCard: string } {
  return { customerId: customerIdOf(customer), nameOnCard: NAMES[customer] };
}

/** Gives the demo customers their first cards, the same after every start. */
export function saveDemoCards(fake: FakeOttu): void {
  const layla = holder('layla');
  sampleCards(layla.customerId).forEach((card, index) => {
    fake.save(card.number === null ? card : { ...card, ...layla, ...ending(LAYLAS[index] ?? '0000') });
  });
  const omar = holder('omar');
  fake.save(aCard({ ...omar, brand: 'AMEX', ...ending('3005'), isPreferred: true }));
  fake.save(aCard({ ...omar, brand: 'MADA', ...ending('4417'), pgCode: 'mada', pgName: 'mada' }));
}

const LAYLAS = ['0026', '1881', '5310', '7702', '', '9424'];

function ending(last4: string): { readonly number: string; readonly last4: string } {
  return { number: `**** ${last4}`, last4 };
}
