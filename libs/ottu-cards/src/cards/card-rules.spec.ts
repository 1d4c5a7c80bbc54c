import type { Rule } from '../common/rules.js';
import { agreementIdRule, customerIdRule, pgCodesRule, tokenRule } from './card-rules.js';

type Case = [value: unknown, problem: string | undefined];

const ASCII = String.raw`must be printable ASCII without white space and without / \ . % ? #`;
const CONTROL = 'must not hold control characters';
const MARGIN = 'must not begin or end with white space';

describe.each<[name: string, rule: Rule, max: number]>([
  ['a customer id', customerIdRule, 64],
  ['an agreement id', agreementIdRule, 128],
  ['a pg code', (value) => pgCodesRule([value])?.replace('holds at [0] what it must not: each code ', ''), 64],
])('%s', (_name, rule, max) => {
  it.each<Case>([
    ['a', undefined],
    ['customer 1', undefined],
    ['عميل', undefined],
    ['a/b?c=d&e#%2e..', undefined],
    ['x'.repeat(max), undefined],
    ['😀'.repeat(max), undefined],
    ['x'.repeat(max + 1), `must not have more than ${max} characters`],
    ['😀'.repeat(max + 1), `must not have more than ${max} characters`],
    ['', 'must not be empty'],
    [' a', MARGIN],
    ['a ', MARGIN],
    ['\u{a0}a', MARGIN],
    ['a\u{0}', CONTROL],
    ['a\nb', CONTROL],
    ['a\u{85}b', CONTROL],
    ['a\u{d83d}', 'must not hold half of a surrogate pair'],
    ['\u{de00}a', 'must not hold half of a surrogate pair'],
    [undefined, 'must be a string'],
    [null, 'must be a string'],
    [['a'], 'must be a string'],
    [{}, 'must be a string'],
  ])('%j: %s', (value, problem) => {
    expect(rule(value, {})).toBe(problem);
  });
});

it.each([5, 5n])('tells how to write the number %s as a customer id', (value) => {
  expect(customerIdRule(value)).toBe('must be a string: write String(user.id)');
  expect(agreementIdRule(value)).toBe('must be a string');
});

it.each<Case>([
  ['tok-00000001', undefined],
  ['9999888877776666', undefined],
  ['!"$&\'()*+,-:;<=>@[]^_`{|}~', undefined],
  ['x'.repeat(50), undefined],
  ['x'.repeat(51), 'must not have more than 50 characters'],
  ['', 'must not be empty'],
  [5, 'must be a string'],
  ['a/b', ASCII],
  [String.raw`a\b`, ASCII],
  ['..', ASCII],
  ['a%2e', ASCII],
  ['a?b', ASCII],
  ['a#b', ASCII],
  ['a b', ASCII],
  ['a\n', ASCII],
  [' a', ASCII],
  ['a\u{7f}', ASCII],
  ['é', ASCII],
])('a card token %j: %s', (value, problem) => {
  expect(tokenRule(value)).toBe(problem);
});

it.each<Case>([
  [[], undefined],
  [Array.from({ length: 20 }, () => 'a'), undefined],
  [Array.from({ length: 21 }, () => 'a'), 'must not hold more than 20 codes'],
  ['a', 'must be a list of strings'],
  [undefined, 'must be a list of strings'],
  [['a', '', 5], 'holds at [1] what it must not: each code must not be empty'],
])('pg codes %j: %s', (value, problem) => {
  expect(pgCodesRule(value)).toBe(problem);
});
