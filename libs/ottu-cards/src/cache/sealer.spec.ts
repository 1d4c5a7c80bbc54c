import fc from 'fast-check';
import { Sealer } from './sealer.js';

const sealer = new Sealer('obviously false secret');
const SEALED = sealer.seal('key', { cards: ['one'] });

it('opens what it sealed under the same key, whatever it is', () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), (key, value) => {
      expect(sealer.open(key, sealer.seal(key, value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it('seals the same value in another way each time', () => {
  expect(sealer.seal('key', 'value')).not.toBe(sealer.seal('key', 'value'));
});

it.each<[name: string, key: string, sealed: unknown]>([
  ['under another key', 'other', SEALED],
  ['with another secret', 'key', new Sealer('another false secret').seal('key', {})],
  ['of another version', 'key', SEALED.replace(/^v1/, 'v2')],
  ['cut short', 'key', SEALED.slice(0, -2)],
  ['cut to the version', 'key', 'v1.'],
  ['changed in its first byte', 'key', `v1.${SEALED[3] === 'A' ? 'B' : 'A'}${SEALED.slice(4)}`],
  ['in clear', 'key', '{"cards":[]}'],
  ['absent', 'key', undefined],
  ['null', 'key', null],
  ['an object', 'key', { sealed: SEALED }],
])('does not open what is %s', (_, key, sealed) => {
  expect(sealer.open(key, sealed)).toBeUndefined();
});

it('does not open a value with any single character changed', () => {
  fc.assert(
    fc.property(fc.nat(SEALED.length - 2), fc.constantFrom('A', 'z', '.', '\0'), (index, character) => {
      const changed = SEALED.slice(0, index) + character + SEALED.slice(index + 1);
      fc.pre(changed !== SEALED);
      expect(sealer.open('key', changed)).toBeUndefined();
    }),
  );
});

it('gives lists of different parts different names that show none of them', () => {
  const names = [['a', 'b'], ['a,b'], ['a', null, 'b'], ['a"', 'b'], [['a'], 'b']].map((parts) => sealer.name(parts));
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^ottu-cards:[\w-]{43}$/);
});
