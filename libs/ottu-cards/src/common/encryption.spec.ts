import fc from 'fast-check';
import { deriveKey, Encryption } from './encryption.js';

const KEY = deriveKey('obviously false secret', 'a test');
const encryption = new Encryption(KEY);
const ENCRYPTED = encryption.encrypt('key', { cards: ['one'] });

it('decrypts what it encrypted for the same place, whatever it is', () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), (key, value) => {
      expect(encryption.decrypt(key, encryption.encrypt(key, value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it('encrypts the same value in another way each time', () => {
  expect(encryption.encrypt('key', 'value')).not.toBe(encryption.encrypt('key', 'value'));
});

it.each<[name: string, key: string, text: unknown]>([
  ['under another key', 'other', ENCRYPTED],
  [
    'encrypted for another purpose',
    'key',
    new Encryption(deriveKey('obviously false secret', 'other')).encrypt('key', 1),
  ],
  ['with another secret', 'key', new Encryption(deriveKey('another false secret', 'a test')).encrypt('key', {})],
  ['of another version', 'key', ENCRYPTED.replace(/^v1/, 'v2')],
  ['cut short', 'key', ENCRYPTED.slice(0, -2)],
  ['cut to the version', 'key', 'v1.'],
  ['changed in its first byte', 'key', `v1.${ENCRYPTED[3] === 'A' ? 'B' : 'A'}${ENCRYPTED.slice(4)}`],
  ['in clear', 'key', '{"cards":[]}'],
  ['absent', 'key', undefined],
  ['null', 'key', null],
  ['an object', 'key', { text: ENCRYPTED }],
])('does not decrypt what is %s', (_, key, text) => {
  expect(encryption.decrypt(key, text)).toBeUndefined();
});

it('does not decrypt a value with any single character changed', () => {
  fc.assert(
    fc.property(fc.nat(ENCRYPTED.length - 2), fc.constantFrom('A', 'z', '.', '\0'), (index, character) => {
      const changed = ENCRYPTED.slice(0, index) + character + ENCRYPTED.slice(index + 1);
      fc.pre(changed !== ENCRYPTED);
      expect(encryption.decrypt('key', changed)).toBeUndefined();
    }),
  );
});

it('decrypts with each of its keys, and encrypts with the first', () => {
  const next = deriveKey('the next false secret', 'a test');
  const both = new Encryption(next, KEY);
  expect(both.decrypt('key', ENCRYPTED)).toEqual({ cards: ['one'] });
  expect(new Encryption(next).decrypt('key', both.encrypt('key', 'value'))).toBe('value');
  expect(encryption.decrypt('key', both.encrypt('key', 'value'))).toBeUndefined();
});
