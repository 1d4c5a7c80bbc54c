import { cardIdRule, cardIds, isSameId } from './card-id.js';

const merchant = { secret: 'obviously-false-secret-of-32-chars', env: 'sandbox', origin: 'https://pay.shop.example' };
const idOf = cardIds(merchant);

it('is the same for the same card, in every instance', () => {
  expect(cardIds({ ...merchant })('customer-1')('tok-1')).toBe(idOf('customer-1')('tok-1'));
  expect(idOf('customer-1')('tok-1')).toMatch(/^[\w-]{24}$/);
});

it('stays the same from version to version: applications may have stored it', () => {
  expect(idOf('customer-1')('tok-1')).toBe('vKfo0FhyCeeAeuuthaLc5Tpm');
});

it('is another one for every other secret, env, origin, customer and token', () => {
  const ids = [
    idOf('customer-1')('tok-1'),
    cardIds({ ...merchant, secret: 'another-false-secret-of-32-chars-' })('customer-1')('tok-1'),
    cardIds({ ...merchant, env: 'production' })('customer-1')('tok-1'),
    cardIds({ ...merchant, origin: 'https://other.example' })('customer-1')('tok-1'),
    idOf('customer-2')('tok-1'),
    idOf('customer-1')('tok-2'),
    idOf('customer-1')(''),
    idOf('customer-')('1tok-1'), // the same characters in another place
    idOf('customer-1"]"tok')('-1'),
    idOf('customer-1')('\ud800'), // half a character: in UTF-8 all of them are one
    idOf('customer-1')('\ud801'),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

it.each([idOf('customer-1')('tok-1'), 'aB0-_'.padEnd(24, 'x')])('%s can be an id', (id) => {
  expect(cardIdRule(id, {})).toBeUndefined();
});

it.each([undefined, 24, '', 'x'.repeat(23), 'x'.repeat(25), `${'x'.repeat(23)}.`, `${'x'.repeat(24)}\n`])(
  '%j cannot be an id',
  (value) => {
    expect(cardIdRule(value, {})).toBe('must be the id of a card, as list() gives it');
  },
);

it('compares ids of any length', () => {
  expect(isSameId('abc', 'abc')).toBe(true);
  expect(isSameId('abc', 'abd')).toBe(false);
  expect(isSameId('abc', 'abcd')).toBe(false);
});
