import fc from 'fast-check';
import { readOttuErrorBody } from './ottu-error-body.js';

const read = (body: unknown): unknown => readOttuErrorBody(body, (text) => text.replaceAll('SECRET', '[cut]'));
const repeat = (count: number, text: string): string[] => Array.from({ length: count }, () => text);

it.each<[shape: string, body: unknown, read: unknown]>([
  ['{detail}', { detail: 'No.' }, { detail: 'No.' }],
  ['{detail, code}', { detail: 'No.', code: 'not_found' }, { detail: 'No.' }],
  ['{error: text}', { error: 'Bad Gateway' }, { detail: 'Bad Gateway' }],
  ['{error: {message}}', { error: { type: 't', message: 'No.' } }, { detail: 'No.' }],
  [
    '{error: {message, field}}',
    { error: { message: 'No.', field: 'type' } },
    { detail: 'No.', fieldErrors: { type: ['No.'] } },
  ],
  ['{field: [text]}', { type: ['A.', 'B.'] }, { fieldErrors: { type: ['A.', 'B.'] } }],
  ['{field: text}', { type: 'A.' }, { fieldErrors: { type: ['A.'] } }],
  ['{detail: [text]}', { detail: ['A.'] }, { fieldErrors: { detail: ['A.'] } }],
  ['{error: [text]}', { error: ['A.'], type: 'B.' }, { fieldErrors: { type: ['B.'] } }],
  ['nested fields', { card: { type: ['A.'] } }, { fieldErrors: { 'card.type': ['A.'] } }],
  [
    'fields in a list',
    { pg_codes: [{ code: ['A.'] }, 'B.'] },
    { fieldErrors: { pg_codes: ['B.'], 'pg_codes.0.code': ['A.'] } },
  ],
  ['a list', ['A.', 5, 'B.'], { detail: 'A. B.' }],
  ['an empty list', [], {}],
  ['an empty object', {}, {}],
  ['an empty detail', { detail: '' }, {}],
  ['an empty message', { type: [''] }, {}],
  ['no text', { type: [5, null, true] }, {}],
  ['null', null, {}],
  ['a string', 'No.', {}],
  ['nothing', undefined, {}],
  ['white space and control characters', { detail: ' A\n\tB\u{200b}\u{0}C ' }, { detail: 'A B C' }],
  ['a secret', { detail: 'SECRET', x: 'y' }, { detail: '[cut]' }],
  ['a secret in a field', { SECRET: ['SECRET'] }, { fieldErrors: { '[cut]': ['[cut]'] } }],
  [
    'a __proto__ key',
    JSON.parse('{"__proto__": {"polluted": ["A."]}, "type": ["B."]}'),
    { fieldErrors: { type: ['B.'] } },
  ],
  ['five levels', { a: { b: { c: { d: { e: ['A.'] } } } } }, { fieldErrors: { 'a.b.c.d.e': ['A.'] } }],
  ['six levels', { a: { b: { c: { d: { e: { f: ['A.'] } } } } } }, {}],
  ['a text of 200 characters', { detail: 'x'.repeat(200) }, { detail: 'x'.repeat(200) }],
  ['a text of 201 characters', { detail: 'x'.repeat(201) }, { detail: `${'x'.repeat(199)}…` }],
  ['eleven messages', { type: repeat(11, 'A.') }, { fieldErrors: { type: repeat(10, 'A.') } }],
])('reads %s', (_shape, body, expected) => {
  expect(read(body)).toEqual(expected);
});

it('cuts a secret that folding joins', () => {
  expect(readOttuErrorBody({ detail: 'A\u{200b}B' }, (text) => text.replaceAll('A B', '[cut]'))).toEqual({
    detail: '[cut]',
  });
});

it.each([
  [50, 50],
  [51, 50],
])('keeps of %i fields %i', (given, kept) => {
  const body = Object.fromEntries(Array.from({ length: given }, (_, n) => [`f${n}`, ['A.']]));
  expect(Object.keys(readOttuErrorBody(body, String).fieldErrors ?? {})).toHaveLength(kept);
  expect(Object.keys(readOttuErrorBody({ deep: body }, String).fieldErrors ?? {})).toHaveLength(kept);
});

it('reads anything within its bounds, and never throws', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, maxDepth: 6 }), (body) => {
      const { detail = '', fieldErrors = {} } = readOttuErrorBody(body, String);
      const texts = [...Object.keys(fieldErrors), ...Object.values(fieldErrors).flat()];
      expect(Object.keys(fieldErrors).length).toBeLessThanOrEqual(50);
      expect(texts.every((text) => text.length <= 200)).toBe(true);
      expect(detail.length).toBeLessThanOrEqual(2_100);
      expect(Object.prototype).not.toHaveProperty('polluted');
    }),
  );
});
