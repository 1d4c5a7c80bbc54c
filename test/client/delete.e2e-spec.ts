import { OttuDeleteUnknownError, OttuNotFoundError, OttuRefusedError, type UserCardsService } from 'nestjs-ottu-cards';
import { aCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, startCards } from '../support/application.js';

let fake: FakeOttu;
let cards: UserCardsService;

beforeEach(async () => {
  ({ fake, cards } = await startCards());
});
afterEach(closeAll);

it('is a DELETE of the token with customer and type in the query, without a body', async () => {
  fake.save(aCard({ token: 'tok-1' }));
  await cards.delete({ customerId: 'customer-1', token: 'tok-1' });

  const { method, target, body, headers } = fake.received[0] ?? {};
  expect({ method, target, body }).toEqual({
    method: 'DELETE',
    target: '/b/pbl/v2/card/tok-1/?customer_id=customer-1&type=sandbox',
    body: '',
  });
  expect(headers).toEqual({
    host: new URL(fake.url).host,
    connection: 'keep-alive',
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'nestjs-ottu-cards',
    authorization: `Api-Key ${fake.apiKey}`,
  });
});

it.each([
  ['spaces', 'customer 1 of 2', 'customer%201%20of%202'],
  ['an ampersand', 'a&type=production', 'a%26type%3Dproduction'],
  ['Arabic letters', 'عميل', '%D8%B9%D9%85%D9%8A%D9%84'],
  ['a plus and a percent sign', '1+1%20', '1%2B1%2520'],
])('encodes a customer with %s', async (_what, customerId, encoded) => {
  fake.save(aCard({ customerId, token: 'tok-1' }));
  await cards.delete({ customerId, token: 'tok-1' });

  expect(fake.received[0]?.target).toBe(`/b/pbl/v2/card/tok-1/?customer_id=${encoded}&type=sandbox`);
  expect(fake.cardsOf(customerId)).toEqual([]);
});

it('encodes what a token may hold', async () => {
  const token = `!"$&'()*+,-:;<=>@[]^_\`{|}~`;
  fake.save(aCard({ token }));
  await cards.delete({ customerId: 'customer-1', token });

  expect(fake.received[0]?.target).toMatch(/^\/b\/pbl\/v2\/card\/[^/?#]+\/\?customer_id=customer-1&type=sandbox$/);
  expect(fake.cardsOf('customer-1')).toEqual([]);
});

it('deletes nothing but that card', async () => {
  const [gone, kept] = [fake.save(aCard()), fake.save(aCard())];
  const foreign = fake.save(aCard({ customerId: 'customer-2' }));
  const real = fake.save(aCard({ token: gone.token }), 'production');
  await cards.delete(gone);

  expect(fake.cardsOf('customer-1')).toEqual([kept]);
  expect(fake.cardsOf('customer-2')).toEqual([foreign]);
  expect(fake.cardsOf('customer-1', 'production')).toEqual([real]);
});

it("reports an unknown card and another customer's alike, and deletes neither", async () => {
  const foreign = fake.save(aCard({ customerId: 'customer-2' }));
  const errors = await Promise.all(
    [foreign.token, 'tok-unknown'].map((token) =>
      cards.delete({ customerId: 'customer-1', token }).catch((e: unknown) => e),
    ),
  );

  expect(errors[0]).toBeInstanceOf(OttuNotFoundError);
  expect(JSON.stringify(errors[0])).toBe(JSON.stringify(errors[1]));
  expect(String(errors[0])).toBe('OttuNotFoundError: Ottu refused DELETE /b/pbl/v2/card/{token}/ with 404: Not found.');
  expect(fake.cardsOf('customer-2')).toEqual([foreign]);
});

it('reports a card that an agreement locks, in the words of Ottu', async () => {
  const locked = fake.save(aCard({ agreements: ['AGREEMENT-1'] }));
  const error: unknown = await cards.delete(locked).catch((caught: unknown) => caught);

  expect(OttuRefusedError.is(error) && error.detail).toBe('The card is used by an auto-debit agreement.');
  expect(fake.cardsOf('customer-1')).toEqual([locked]);
});

it('counts an empty 200 as done, and one with a body as unknown', async () => {
  fake.next({ status: 200 });
  await expect(cards.delete({ customerId: 'customer-1', token: 'tok-1' })).resolves.toBeUndefined();

  fake.next({ status: 200, body: {} });
  await expect(cards.delete({ customerId: 'customer-1', token: 'tok-1' })).rejects.toBeInstanceOf(
    OttuDeleteUnknownError,
  );
});

describe('find', () => {
  it('gives the one card of the customer with this token', async () => {
    const [, card] = [fake.save(aCard()), fake.save(aCard())];
    await expect(cards.find(card)).resolves.toMatchObject(card);
  });

  it("gives undefined for no card and for another customer's", async () => {
    const foreign = fake.save(aCard({ customerId: 'customer-2' }));
    await expect(cards.find({ customerId: 'customer-1', token: foreign.token })).resolves.toBeUndefined();
  });

  it('never turns an error into undefined', async () => {
    fake.next({ status: 404 });
    await expect(cards.find({ customerId: 'customer-1', token: 'tok-1' })).rejects.toBeInstanceOf(OttuRefusedError);
  });
});
