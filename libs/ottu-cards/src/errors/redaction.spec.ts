import fc from 'fast-check';
import { redactor } from './redaction.js';

const TOKEN = 'tok-00000001';
const CUSTOMER = 'Customer & "One" O\'Neil ك é/1';
const cut = (text: string): string => redactor([TOKEN, CUSTOMER, ''])(text);
const percent = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
const entities = (text: string): string => Array.from(text, (it) => `&#x${it.codePointAt(0)?.toString(16)};`).join('');
const decimals = (text: string): string => Array.from(text, (it) => `&#${it.codePointAt(0)};`).join('');
const hexOf = (letter: string): string => letter.codePointAt(0)?.toString(16) ?? '';
const units = (text: string): string =>
  text
    .split('')
    .map((it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

const FORMS: [form: string, write: (value: string) => string][] = [
  ['as it is', (value) => value],
  ['in capitals', (value) => value.toUpperCase()],
  ['percent-encoded', encodeURIComponent],
  ['percent-encoded throughout', percent],
  ['percent-encoded three times', (value) => encodeURIComponent(encodeURIComponent(encodeURIComponent(value)))],
  ['percent-encoded twice', (value) => encodeURIComponent(encodeURIComponent(value))],
  ['form-encoded', (value) => new URLSearchParams([['', value]]).toString().slice(1)],
  ['as JSON', (value) => JSON.stringify(value).slice(1, -1)],
  ['as JSON in JSON', (value) => JSON.stringify(JSON.stringify(value).slice(1, -1)).slice(1, -1)],
  [
    'as escaped JSON',
    (value) =>
      JSON.stringify(value)
        .slice(1, -1)
        .replaceAll('/', String.raw`\/`),
  ],
  ['as unicode escapes', units],
  [
    'as HTML',
    (value) => value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  ],
  ['as HTML with apostrophes', (value) => value.replaceAll('&', '&amp;').replaceAll("'", '&apos;')],
  ['as Python writes it', (value) => value.replaceAll("'", String.raw`\'`)],
  ['as HTML entities', entities],
  ['as decimal entities', decimals],
  ['in the form NFC', (value) => value.normalize('NFC')],
  ['in the form NFD', (value) => value.normalize('NFD')],
  ['in the form NFKC', (value) => value.normalize('NFKC')],
  ['in the form NFKD', (value) => value.normalize('NFKD')],
  ['with zero-width spaces', (value) => Array.from(value).join('\u{200b}')],
  ['with soft hyphens, percent-encoded', (value) => encodeURIComponent(Array.from(value).join('\u{ad}'))],
  [
    'as bytes in Python',
    (value) => Array.from(Buffer.from(value), (it) => `\\x${it.toString(16).padStart(2, '0')}`).join(''),
  ],
  [
    'as bytes in capitals',
    (value) => Array.from(Buffer.from(value), (it) => `\\X${it.toString(16).padStart(2, '0')}`).join(''),
  ],
  ['as long escapes in Python', (value) => Array.from(value, (it) => `\\U${hexOf(it).padStart(8, '0')}`).join('')],
  ['as escapes with braces', (value) => Array.from(value, (it) => `\\u{${hexOf(it)}}`).join('')],
  ['in hex', (value) => Buffer.from(value).toString('hex')],
  ['in base64', (value) => Buffer.from(value).toString('base64')],
  ['in base64 of the form NFC', (value) => Buffer.from(value.normalize('NFC')).toString('base64')],
  ['in base64 of the form NFD', (value) => Buffer.from(value.normalize('NFD')).toString('base64')],
  ['in base64 of the form NFKC', (value) => Buffer.from(value.normalize('NFKC')).toString('base64')],
  ['in base64url', (value) => Buffer.from(value).toString('base64url')],
];

describe.each([TOKEN, CUSTOMER])('%s', (value) => {
  it.each(FORMS)('is cut %s', (_form, write) => {
    expect(cut(`Card ${write(value)} is locked.`)).toBe('Card [cut] is locked.');
    expect(cut(`${write(value)}${write(value)}`)).toMatch(/^(\[cut\])+$/);
  });

  it.each([0, 1, 2])('is cut in base64, %i bytes after a border and with more behind it', (offset) => {
    const text = Buffer.from(`${'x'.repeat(offset)}${value}!`).toString('base64');
    expect(text.slice(4)).not.toBe('');
    expect(cut(text)).toMatch(offset === 0 ? /^\[cut\]$/ : /^[\w+/]{0,4}\[cut\]$/);
  });

  it.each([0, 1, 2])('is cut in base64, %i bytes after a border and before another', (offset) => {
    const behind = 'y'.repeat(6 - ((Buffer.byteLength(value) + offset) % 3));
    const text = Buffer.from(`${'x'.repeat(offset)}${value}${behind}`).toString('base64');
    expect(cut(text)).toMatch(offset === 0 ? /^\[cut\]$/ : /^[\w+/]{0,4}\[cut\]$/);
  });
});

it.each(['\n', '\r\n', String.raw`\n`, String.raw`\r\n`])('cuts base64 that is wrapped with %j', (lineBreak) => {
  const value = `key-${'0123456789abcdef'.repeat(8)}`;
  for (const before of ['', 'x', 'xy']) {
    const text = Buffer.from(`${before}${value}!`).toString('base64');
    const wrapped = Array.from({ length: Math.ceil(text.length / 64) }, (_, n) => text.slice(n * 64, n * 64 + 64));
    expect(redactor([value])(`Sent:\n${wrapped.join(lineBreak)}`)).toMatch(/^Sent:\n[\w+/]{0,4}\[cut\]$/);
  }
});

it('cuts characters of Latin-1 that are escaped as one byte', () => {
  expect(redactor(['Amélie Ünal'])(String.raw`Customer Am\xe9lie \xdcnal is unknown`)).toBe(
    'Customer [cut] is unknown',
  );
});

it('joins no lines of a sentence', () => {
  expect(redactor(['value'])('a sentence of many words that goes on\nand on')).toBe(
    'a sentence of many words that goes on\nand on',
  );
});

it.each([
  ['straße.7', 'Unknown customer STRASSE.7.'],
  ['İbrahim', 'Unknown customer i̇brahim.'],
  ['ŉka', 'Unknown customer ʼNKA.'],
])('cuts %s where its other case has more letters', (value, text) => {
  expect(redactor([value])(text)).toBe('Unknown customer [cut].');
});

it('shows no part of a value that NFKC makes six times as long', () => {
  const value = '\u{fdfa}'.repeat(64);
  for (let start = 0; start < 1_500; start += 7) {
    expect(redactor([value])(`${'.'.repeat(start)}${value}${'.'.repeat(2_000)}`)).toMatch(
      /^\.*(?:\[cut\]\.*|\[c?u?t?)?$/,
    );
  }
});

it.each([TOKEN, CUSTOMER, 'x'.repeat(64)])('shows no part of %s where a long text is cut', (value) => {
  for (const write of FORMS.map(([, form]) => form)) {
    const form = write(value);
    for (let start = 300; start < 1_200; start += 7) {
      const text = redactor([value])(`${'.'.repeat(start)}${form}${'.'.repeat(2_000)}`);
      expect(text).toMatch(/^\.+(?:\[cut\]\.*|\[c?u?t?)?$/); // the end of "[cut]" itself may be gone
    }
  }
});

it('leaves of a long text as much as an error shows', () => {
  expect(cut('.'.repeat(2_000)).length).toBeGreaterThanOrEqual(200);
});

it('shows no part of a value where a text is cut that was short before its letters became eighteen', () => {
  for (let start = 200; start < 400; start += 1) {
    const text = redactor([TOKEN])(`${'\u{fdfa}'.repeat(20)}${'.'.repeat(start)}${TOKEN}`);
    expect(text).toMatch(/^[\p{L} ]+\.*(?:\[cut\]|\[c?u?t?)?$/u);
  }
});

it('cuts + and / of base64 in both alphabets', () => {
  const value = 'a>b?~~~>>>???';
  const text = Buffer.from(value).toString('base64');
  expect(text).toMatch(/[+/]/);
  expect(redactor([value])(`${text} ${Buffer.from(value).toString('base64url')}`)).toBe('[cut] [cut]');
});

it('cuts a value before one that is its beginning', () => {
  expect(redactor(['shop', 'shop-7'])('shop-7 and shop')).toBe('[cut] and [cut]');
});

it.each([
  ['1', 'Field 1 of 10: 1.', 'Field [cut] of 10: [cut].'],
  ['abc', 'abc abcd xabc', '[cut] abcd xabc'],
  ['abcd', 'abcde', '[cut]e'],
])('cuts the short value %j only where it stands alone', (value, text, left) => {
  expect(redactor([value])(text)).toBe(left);
});

it.each([
  ['4000000000000002', '[cut]'],
  ['4000 0000 0000 0002', '[cut]'],
  ['4000-0000-0000-0002', '[cut]'],
  ['٤٠٠٠٠٠٠٠٠٠٠٠', '[cut]'],
  ['123456789012', '[cut]'],
  ['12345678901', '12345678901'],
  ['%34%30%30%30000000000002', '[cut]'],
  ['2026-11-20 10:00', '2026-11-20 10:00'],
])('leaves %s as %s, whatever was sent', (text, left) => {
  expect(redactor([])(text)).toBe(left);
});

it.each([
  ['100% sure & 5 < 6', '100% sure & 5 < 6'],
  ['&#xffffff; &#9999999; &nbsp;', '&#xffffff; &#9999999; &nbsp;'],
  [String.raw`C:\new`, String.raw`C:\new`],
])('leaves the innocent text %s alone', (text, left) => {
  expect(cut(text)).toBe(left);
});

it('unwraps eight layers and no more', () => {
  expect(redactor([])(`%${'25'.repeat(7)}41`)).toBe('A');
  expect(redactor([])(`%${'25'.repeat(8)}41`)).toBe('%41');
});

it('shows a text without its escapes', () => {
  expect(cut('&#x10ffff; \\ud83d\\ude00 &#128512;')).toBe('\u{10ffff} 😀 😀');
  expect(cut('caf%C3%A9 &lt;b&gt; \\u00e9 &#233;')).toBe('café <b> é é');
});

it('leaves nothing of any value in any form, and never throws', () => {
  fc.assert(
    fc.property(
      fc.string({
        minLength: 4,
        maxLength: 64,
        unit: fc.oneof(
          fc.constantFrom(...Array.from('-./\\%&+?*[](){}^$|"\'<> aZ0')),
          fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
        ),
      }),
      fc.constantFrom(...FORMS.slice(0, 1), ...FORMS.slice(2)),
      fc.string(),
      (value, [, write], around) => {
        expect(redactor([value])(`${around} <${write(value)}> ${around}`)).toContain('[cut]');
      },
    ),
    { numRuns: 1_000 },
  );
});
