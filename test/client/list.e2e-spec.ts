import axios from 'axios';
import { OttuBadResponseError, type UserCardsService } from 'nestjs-ottu-cards';
import { aCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, startCards } from '../support/application.js';
import { CANARIES, leaksOf } from '../support/leaks.js';
import { WIRE_CARD } from '../support/wire-card.js';

let fake: FakeOttu;
let cards: UserCardsService;

beforeEach(async () => {
  ({ fake, cards } = await startCards());
});
afterEach(closeAll);

describe('what goes out', () => {
  it('is a POST of customer and type, and nothing else', async () => {
    await cards.list({ customerId: 'customer-1' });

    const { method, target, body, headers } = fake.received[0] ?? {};
    expect({ method, target, body }).toEqual({
      method: 'POST',
      target: '/b/pbl/v2/card/',
      body: '{"type":"sandbox","customer_id":"customer-1"}',
    });
    expect(headers).toEqual({
      host: new URL(fake.url).host,
      connection: 'keep-alive',
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'content-length': '45',
      'user-agent': 'nestjs-ottu-cards',
      authorization: `Api-Key ${fake.apiKey}`,
    });
  });

  it("holds nothing of the application's own axios defaults", async () => {
    Object.assign(axios.defaults.headers.common, { Cookie: 'sid=1', 'X-Shop': 'secret', 'Accept-Encoding': 'gzip' });
    const { fake: other, cards: fresh } = await startCards();
    await fresh.list({ customerId: 'customer-1' }).finally(() => {
      for (const name of ['Cookie', 'X-Shop', 'Accept-Encoding']) delete axios.defaults.headers.common[name];
    });

    expect(Object.keys(other.received[0]?.headers ?? {})).toEqual([
      'host',
      'connection',
      'accept',
      'accept-encoding',
      'content-type',
      'user-agent',
      'authorization',
      'content-length',
    ]);
  });

  it('names the filters that are given', async () => {
    await cards.list({ customerId: 'customer-1', pgCodes: ['knet', 'credit-card'], agreementId: 'AGREEMENT-1' });

    expect(JSON.parse(fake.received[0]?.body ?? '')).toEqual({
      type: 'sandbox',
      customer_id: 'customer-1',
      pg_codes: ['knet', 'credit-card'],
      agreement_id: 'AGREEMENT-1',
    });
  });

  it.each(['a b', 'a&b=c', 'عميل ١', 'Ünïcode', '"quoted"', '🂡'])(
    'carries the customer %j unharmed',
    async (customerId) => {
      const card = fake.save(aCard({ customerId }));

      await expect(cards.list({ customerId })).resolves.toMatchObject([card]);
      expect(JSON.parse(fake.received[0]?.body ?? '')).toEqual({ type: 'sandbox', customer_id: customerId });
    },
  );
});

describe('what comes back', () => {
  it('is every documented field in camelCase', async () => {
    fake.next({ status: 200, body: [WIRE_CARD] });

    await expect(cards.list({ customerId: 'customer-1' })).resolves.toEqual([
      {
        id: expect.stringMatching(/^[\w-]{24}$/),
        token: 'tok-1',
        customerId: 'customer-1',
        brand: 'VISA',
        number: '**** 1019',
        last4: '1019',
        nameOnCard: 'TEST HOLDER',
        expiryMonth: '01',
        expiryYear: '39',
        pgCode: 'credit-card',
        pgName: 'mpgs',
        isPreferred: true,
        isExpired: false,
        willExpireSoon: false,
        cvvRequired: false,
        agreements: ['AGREEMENT-1'],
      },
    ]);
  });

  it('is a list of one for a lone card object', async () => {
    fake.next({ status: 200, body: WIRE_CARD });
    await expect(cards.list({ customerId: 'customer-1' })).resolves.toHaveLength(1);
  });

  it('is empty for a customer without cards', async () => {
    await expect(cards.list({ customerId: 'customer-1' })).resolves.toEqual([]);
  });

  it('puts preferred cards first and keeps the order otherwise', async () => {
    const [a, b, c, d] = [{}, { isPreferred: true }, {}, { isPreferred: true }].map((it) => fake.save(aCard(it)));
    await expect(cards.list({ customerId: 'customer-1' })).resolves.toMatchObject([b, d, a, c]);
  });

  it.each([
    ['unknown fields', JSON.parse('{"random_field_1": 1, "__proto__": {"token": 5}}') as object, {}],
    ['null brand, number and name', { brand: null, number: null, name_on_card: null }, { number: null, last4: null }],
    ['no pg_name', { pg_name: undefined }, { pgName: null }],
    ["the older answers' pg", { pg_name: undefined, pg: 'knet' }, { pgName: 'knet' }],
    ['agreements: null', { agreements: null }, { agreements: [] }],
    ['will_expire_soon', { will_expire_soon: true }, { willExpireSoon: true }],
    ['a number with more than ten digits', { number: CANARIES.cardNumber }, { number: '**** 0019', last4: '0019' }],
    ['a number of BIN and last four', { number: '512345******0008' }, { number: '512345******0008', last4: '0008' }],
    ['a number in Arabic digits', { number: '٤١١١١١١١١١١١١١١١' }, { number: '**** ١١١١', last4: null }],
  ])('bears %s', async (_what, given, expected) => {
    fake.next({ status: 200, body: [{ ...WIRE_CARD, ...given }] });
    const [card] = await cards.list({ customerId: 'customer-1' });
    expect(card).toMatchObject(expected);
  });

  it('says by the date which cards expire in this or the next month, where Ottu does not', async () => {
    const now = new Date();
    const inMonths = (months: number) => {
      const date = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1));
      return {
        expiry_month: String(date.getUTCMonth() + 1).padStart(2, '0'),
        expiry_year: String(date.getUTCFullYear()).slice(2),
      };
    };
    fake.next({ status: 200, body: [-1, 0, 1, 2].map((months) => ({ ...WIRE_CARD, ...inMonths(months) })) });

    const list = await cards.list({ customerId: 'customer-1' });
    expect(list.map((card) => card.willExpireSoon)).toEqual([false, true, true, false]);
  });
});

describe('an answer of another shape', () => {
  const card = (change: Record<string, unknown>) => [WIRE_CARD, { ...WIRE_CARD, ...change }];

  it.each<[what: string, body: unknown, place: string]>([
    ['a null card', [WIRE_CARD, null], '[1] must be an object'],
    ['a missing token', card({ token: undefined }), '[1].token must be a string'],
    ['a missing brand', card({ brand: undefined }), '[1].brand must be a string or null'],
    ['a numeric brand', card({ brand: 1 }), '[1].brand must be a string or null'],
    ['a null expiry', card({ expiry_month: null }), '[1].expiry_month must be a string'],
    ['a numeric year', card({ expiry_year: 39 }), '[1].expiry_year must be a string'],
    ['a text for a boolean', card({ is_preferred: 'true' }), '[1].is_preferred must be a boolean'],
    ['a missing boolean', card({ cvv_required: undefined }), '[1].cvv_required must be a boolean'],
    ['missing agreements', card({ agreements: undefined }), '[1].agreements must be a list of strings'],
    ['numeric agreements', card({ agreements: ['a', 1] }), '[1].agreements[1] must be a string'],
    ['a missing pg_code', card({ pg_code: undefined }), '[1].pg_code must be a string'],
    ['a numeric pg_name', card({ pg_name: 1 }), '[1].pg_name must be a string or null'],
    ['501 cards', Array.from({ length: 501 }, () => WIRE_CARD), 'the list must not hold more than 500 cards'],
  ])('is refused as a whole: %s', async (_what, body, place) => {
    fake.next({ status: 200, body });
    const error: unknown = await cards.list({ customerId: 'customer-1' }).catch((caught: unknown) => caught);

    expect(OttuBadResponseError.is(error) && error.message).toContain(
      `status 200) is not trusted: it is of another shape: ${place}`,
    );
    expect(fake.received).toHaveLength(1);
    await expect(leaksOf(error, { ...CANARIES, token: '9999888877776666', name: 'TEST HOLDER' })).resolves.toEqual([]);
  });
});
