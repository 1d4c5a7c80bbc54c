import { optional, problemsOf, type Rules, sentenceOf } from './rules.js';

const rules: Rules = {
  timeoutMs: optional((value) => (typeof value === 'number' ? undefined : 'must be a number')),
  apiKey: (value, { env }) => (value === undefined ? `is empty (env: ${String(env)})` : undefined),
  env: () => undefined,
};
const problems = (values: unknown, unknown?: 'typo'): string => sentenceOf(problemsOf(values, rules, unknown));

it.each<[name: string, values: unknown, sentence: string]>([
  ['no problem', { apiKey: 'a', timeoutMs: 1 }, ''],
  [
    'all problems at once, in the order of the rules',
    { timeoutMs: '1' },
    'timeoutMs must be a number; apiKey is empty (env: undefined)',
  ],
  ['what one value means for another', { env: 'sandbox' }, 'apiKey is empty (env: sandbox)'],
  ['everything missing where there is no object', null, 'apiKey is empty (env: undefined)'],
  ['a part of a name', { apiKey: 'a', timeout: 1 }, 'timeout is not an option: did you mean timeoutMs?'],
  ['another case', { apikey: 'a', apiKey: 'a' }, 'apikey is not an option: did you mean apiKey?'],
  ['snake case', { apiKey: 'a', timeout_ms: 1 }, 'timeout_ms is not an option: did you mean timeoutMs?'],
  ['a letter too many', { apiKey: 'a', envv: 1 }, 'envv is not an option: did you mean env?'],
  ['a stranger', { apiKey: 'a', colour: 1 }, 'colour is not an option'],
  ['a name that is no identifier', { apiKey: 'a', 'a b': 1 }, '"a b" is not an option'],
])('tells %s', (_, values, sentence) => {
  expect(problems(values)).toBe(sentence);
});

it('overlooks strangers where only typos are refused', () => {
  expect(problems({ apiKey: 'a', colour: 1, timeout: 1 }, 'typo')).toBe(
    'timeout is not an option: did you mean timeoutMs?',
  );
});

it('reads nothing that a prototype brings along', () => {
  expect(problems(Object.create({ apiKey: 'inherited' }))).toBe('apiKey is empty (env: undefined)');
});

it('cuts a name that is too long to be one, in linear time', () => {
  expect(problems({ apiKey: 'a', ['x'.repeat(1_000_000)]: 1 })).toBe(`${'x'.repeat(40)} is not an option`);
});

it('looks at twenty unknown names, however many a request brings', () => {
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`colour${index}`, '']));
  expect(problemsOf(many, { env: () => undefined })).toHaveLength(20);
});
