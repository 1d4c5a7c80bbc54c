import { jest } from '@jest/globals';
import fc from 'fast-check';
import { tokenRule } from './card-rules.js';
import { deleteCardCall, listCardsCall } from './cards.wire.js';

const CARD = {
  customer_id: 'customer-1',
  token: 'tok-00000001',
  brand: 'VISA',
  number: '**** 0026',
  name_on_card: 'TEST HOLDER',
  expiry_month: '01',
  expiry_year: '39',
  pg_code: 'credit-card',
  is_preferred: false,
  is_expired: false,
  cvv_required: true,
  agreements: ['AGREEMENT-1'],
};
const idOf = (customerId: string) => (token: string) => `id of ${customerId}'s ${token}`;
const read = (answer: unknown): unknown[] => listCardsCall({ customerId: 'customer-1' }, 'sandbox', idOf).read(answer);
const readOne = (changes: object): unknown => read([{ ...CARD, ...changes }])[0];

describe('a list', () => {
  it('is a POST of what is given', () => {
    const call = listCardsCall({ customerId: 'c', pgCodes: ['a', 'b'], agreementId: 'd' }, 'production', idOf);
    expect(call).toMatchObject({
      method: 'POST',
      route: '/b/pbl/v2/card/',
      path: '/b/pbl/v2/card/',
      effect: 'read',
      body: '{"type":"production","customer_id":"c","pg_codes":["a","b"],"agreement_id":"d"}',
      secrets: ['c', 'd'],
    });
  });

  it('leaves out what is not given', () => {
    const call = listCardsCall({ customerId: 'c' }, 'sandbox', idOf);
    expect(call.body).toBe('{"type":"sandbox","customer_id":"c"}');
    expect(call.secrets).toEqual(['c']);
  });

  it('hints at the host when it is refused in its ways', () => {
    const { hints } = listCardsCall({ customerId: 'c' }, 'sandbox', idOf);
    expect(Object.keys(hints)).toEqual(['403', '404', '405']);
    const wrongHost = 'Is merchantId the host of your Ottu account? Ottu does not offer User Cards in KSA.';
    const checkScope = "Check that the key may view and delete cards, and Ottu's IP allow-list.";
    expect(Object.values(hints)).toEqual([`${wrongHost} ${checkScope}`, wrongHost, wrongHost]);
  });
});

describe('a delete', () => {
  it('has token and customer in its address, and in its route neither', () => {
    expect(deleteCardCall({ customerId: 'a&b=c d/ك', token: 'tok-1' }, 'sandbox')).toMatchObject({
      method: 'DELETE',
      route: '/b/pbl/v2/card/{token}/',
      path: '/b/pbl/v2/card/tok-1/?customer_id=a%26b%3Dc%20d%2F%D9%83&type=sandbox',
      effect: 'delete',
      secrets: ['a&b=c d/ك', 'tok-1'],
      hints: { 404: 'Is merchantId the host of your Ottu account?' },
    });
  });

  it('has no body, and reads nothing', () => {
    const call = deleteCardCall({ customerId: 'a', token: 'b' }, 'production');
    expect(call.body).toBeNull();
    expect(call.read({ anything: 1 })).toBeUndefined();
  });

  it('has exactly the expected segments, whatever token passes the rule', () => {
    const text = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(text, fc.string({ unit: 'grapheme' }), (token, customerId) => {
        fc.pre(tokenRule(token) === undefined);
        const { path } = deleteCardCall({ customerId, token }, 'sandbox');
        const { origin, pathname, searchParams, hash } = new URL(path, 'https://ottu.example');
        expect([origin, hash]).toEqual(['https://ottu.example', '']);
        expect(pathname.split('/').map(decodeURIComponent)).toEqual(['', 'b', 'pbl', 'v2', 'card', token, '']);
        expect(Object.fromEntries(searchParams)).toEqual({ customer_id: customerId, type: 'sandbox' });
      }),
    );
  });
});

describe('a card', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: Date.parse('2026-11-20') });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is read field by field', () => {
    expect(readOne({ pg_name: 'mpgs', will_expire_soon: true, random_field_1: {} })).toEqual({
      id: "id of customer-1's tok-00000001",
      token: 'tok-00000001',
      customerId: 'customer-1',
      brand: 'VISA',
      number: '**** 0026',
      last4: '0026',
      nameOnCard: 'TEST HOLDER',
      expiryMonth: '01',
      expiryYear: '39',
      pgCode: 'credit-card',
      pgName: 'mpgs',
      isPreferred: false,
      isExpired: false,
      willExpireSoon: true,
      cvvRequired: true,
      agreements: ['AGREEMENT-1'],
    });
  });

  it('inherits no field from a polluted prototype', () => {
    Object.assign(Object.getPrototypeOf({}), { pg: 'polluted', will_expire_soon: true });
    try {
      expect(readOne({})).toMatchObject({ pgName: null, willExpireSoon: false });
    } finally {
      for (const name of ['pg', 'will_expire_soon']) Reflect.deleteProperty(Object.prototype, name);
    }
  });

  it.each<[changes: object, expected: object]>([
    [{ pg: 'older' }, { pgName: 'older' }],
    [{ pg: 'older', pg_name: 'newer' }, { pgName: 'newer' }],
    [{}, { pgName: null }],
    [
      { brand: null, number: null, name_on_card: null },
      { brand: null, number: null, last4: null, nameOnCard: null },
    ],
    [{ number: '411111 **** 0026' }, { number: '411111 **** 0026', last4: '0026' }],
    [{ number: '4111111 **** 0026' }, { number: '**** 0026', last4: '0026' }],
    [{ number: '4000000000000002' }, { number: '**** 0002', last4: '0002' }],
    [{ number: '٤٠٠٠ ٠٠٠٠ ٠٠٠٠ ٠٠٠٢' }, { number: '**** ٠٠٠٢', last4: null }],
    [{ number: '0026 ****' }, { number: '0026 ****', last4: null }],
    [{ number: '**** 026' }, { number: '**** 026', last4: null }],
    [{ agreements: null }, { agreements: [] }],
    [{ expiry_year: '26', expiry_month: '10' }, { willExpireSoon: false }],
    [{ expiry_year: '26', expiry_month: '11' }, { willExpireSoon: true }],
    [{ expiry_year: '26', expiry_month: '12' }, { willExpireSoon: true }],
    [{ expiry_year: '27', expiry_month: '01' }, { willExpireSoon: false }],
    [{ expiry_year: '27', expiry_month: '11' }, { willExpireSoon: false }],
    [{ expiry_year: '26', expiry_month: '11', is_expired: true }, { willExpireSoon: false }],
    [{ expiry_year: '26', expiry_month: '11', will_expire_soon: false }, { willExpireSoon: false }],
    [{ expiry_year: '26', expiry_month: '11', will_expire_soon: null }, { willExpireSoon: true }],
    [{ expiry_year: 'xx', expiry_month: '11' }, { willExpireSoon: false }],
  ])('with %j has %j', (changes, expected) => {
    expect(readOne(changes)).toMatchObject(expected);
  });

  it.each([
    ['26', '12', true],
    ['27', '01', true],
    ['27', '02', false],
    ['26', '11', false],
    ['28', '01', false],
  ])('of %s/%s expires soon in December 2026: %s', (expiry_year, expiry_month, willExpireSoon) => {
    jest.setSystemTime(Date.parse('2026-12-15'));
    expect(readOne({ expiry_year, expiry_month })).toMatchObject({ willExpireSoon });
  });

  it.each<[changes: object, message: string]>([
    [{ customer_id: 'customer-2' }, '[0].customer_id must be the customer who was asked for'],
    [{ customer_id: 5 }, '[0].customer_id must be a string'],
    [{ token: '' }, '[0].token must not be empty'],
    [{ token: 5 }, '[0].token must be a string'],
    [{ brand: undefined }, '[0].brand must be a string or null'],
    [{ number: 5 }, '[0].number must be a string or null'],
    [{ name_on_card: undefined }, '[0].name_on_card must be a string or null'],
    [{ expiry_month: 1 }, '[0].expiry_month must be a string'],
    [{ expiry_year: null }, '[0].expiry_year must be a string'],
    [{ pg_code: null }, '[0].pg_code must be a string'],
    [{ pg_name: 5 }, '[0].pg_name must be a string or null'],
    [{ pg: 5 }, '[0].pg must be a string or null'],
    [{ is_preferred: 0 }, '[0].is_preferred must be a boolean'],
    [{ is_expired: null }, '[0].is_expired must be a boolean'],
    [{ will_expire_soon: 'no' }, '[0].will_expire_soon must be a boolean'],
    [{ cvv_required: undefined }, '[0].cvv_required must be a boolean'],
    [{ agreements: undefined }, '[0].agreements must be a list of strings'],
    [{ agreements: ['a', 5] }, '[0].agreements[1] must be a string'],
  ])('with %j is refused: %s', (changes, message) => {
    expect(() => readOne(changes)).toThrow(new Error(message));
  });
});

it.each<[answer: unknown, message: string]>([
  [{}, 'the answer.customer_id must be a string'],
  [null, 'the answer must be an object'],
  ['text', 'the answer must be an object'],
  [[[]], '[0] must be an object'],
  [[CARD, null], '[1] must be an object'],
  [[CARD, { ...CARD, customer_id: 'x' }], '[1].customer_id must be the customer who was asked for'],
  [Array.from({ length: 501 }, () => CARD), 'the list must not hold more than 500 cards'],
])('refuses a whole answer: %j', (answer, message) => {
  expect(() => read(answer)).toThrow(new Error(message));
});

it('takes a lone card, an empty list and 500 cards', () => {
  expect(read(CARD)).toHaveLength(1);
  expect(read([])).toEqual([]);
  expect(read(Array.from({ length: 500 }, () => CARD))).toHaveLength(500);
});

it('puts preferred cards first and keeps the order otherwise', () => {
  const answer = ['a', 'B', 'c', 'D'].map((token) => ({ ...CARD, token, is_preferred: token < 'a' }));
  expect(read(answer)).toMatchObject(['B', 'D', 'a', 'c'].map((token) => ({ token })));
});
