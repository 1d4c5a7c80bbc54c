import { OttuInputError, type UserCardsService } from 'nestjs-ottu-cards';
import type { FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, startCards } from '../support/application.js';
import { leaksOf } from '../support/leaks.js';

let fake: FakeOttu;
let cards: UserCardsService;

beforeEach(async () => {
  ({ fake, cards } = await startCards());
});
afterEach(closeAll);

const STRING = 'must be a string';
const EMPTY = 'must not be empty';
const ASCII = String.raw`must be printable ASCII without white space and without / \ . % ? #`;
const CONTROL = 'must not hold control characters';
const SURROGATE = 'must not hold half of a surrogate pair';
const TRIMMED = 'must not begin or end with white space';

const TOKENS: [value: unknown, problem: string][] = [
  [undefined, STRING],
  [null, STRING],
  [9_999_888_877_776_666, STRING],
  [['tok'], STRING],
  [{ toString: () => 'tok' }, STRING],
  ['', EMPTY],
  ['x'.repeat(51), 'must not have more than 50 characters'],
  ...[
    '.',
    '..',
    '../payment-methods',
    'a/b',
    'a\\b',
    '..%2f',
    '%2e%2e',
    'a?b',
    'a#b',
    'a b',
    ' a',
    'a\n',
    'a\0',
    'ａ',
    '․․',
    'é',
    '\ud800',
  ].map((value): [unknown, string] => [value, ASCII]),
];

const CUSTOMER_IDS: [value: unknown, problem: string][] = [
  [undefined, STRING],
  [null, STRING],
  [['a'], STRING],
  [{}, STRING],
  [true, STRING],
  [7, 'must be a string: write String(user.id)'],
  [7n, 'must be a string: write String(user.id)'],
  ['', EMPTY],
  ['x'.repeat(65), 'must not have more than 64 characters'],
  ['a\0', CONTROL],
  ['a\nb', CONTROL],
  ['a\u0085b', CONTROL],
  ['a\ud800', SURROGATE],
  ['\udc00a', SURROGATE],
  [' a', TRIMMED],
  ['a\u00a0', TRIMMED],
];

const METHODS = {
  list: (argument: unknown, options?: unknown) => cards.list(argument as never, options as never),
  find: (argument: unknown, options?: unknown) => cards.find(argument as never, options as never),
  delete: (argument: unknown, options?: unknown) => cards.delete(argument as never, options as never),
};
type Method = keyof typeof METHODS;

async function refusal(method: Method, argument: unknown, options?: unknown): Promise<OttuInputError> {
  const error: unknown = await METHODS[method](argument, options).catch((caught: unknown) => caught);
  if (!OttuInputError.is(error)) throw new Error('it was not refused');
  await expect(leaksOf(error, { token: '9999888877776666', path: 'payment-methods' })).resolves.toEqual([]);
  expect(fake.received).toEqual([]);
  return error;
}

describe.each<[method: Method]>([['find'], ['delete']])('%s', (method) => {
  it.each(TOKENS)('refuses the token %j before anything is sent', async (token, problem) => {
    const error = await refusal(method, { customerId: 'customer-1', token });
    expect(error.message).toBe(`UserCardsService.${method}(): token ${problem}. Nothing was sent.`);
    expect(error.fieldErrors).toEqual({ token: [problem] });
  });

  it('reports all problems at once', async () => {
    const error = await refusal(method, { customerId: 7, token: '..' });
    expect(error.message).toBe(
      `UserCardsService.${method}(): customerId must be a string: write String(user.id); token ${ASCII}. Nothing was sent.`,
    );
  });
});

describe.each<[method: Method]>([['list'], ['find'], ['delete']])('%s', (method) => {
  it.each(CUSTOMER_IDS)('refuses the customer %p', async (customerId, problem) => {
    const error = await refusal(method, { customerId, token: 'tok-1' });
    expect(error.fieldErrors).toEqual({ customerId: [problem] });
  });

  it.each([undefined, null, 'customer-1', 5])('refuses the argument %j', async (argument) => {
    const error = await refusal(method, argument);
    expect(error.message).toMatch(
      new RegExp(String.raw`^UserCardsService\.${method}\(\) takes an object: \{ customerId, `),
    );
  });

  it.each<[options: unknown, problem: object]>([
    [{ timeoutMs: 0 }, { timeoutMs: ['must be a number of milliseconds, 1 or more'] }],
    [{ timeoutMs: '5' }, { timeoutMs: ['must be a number of milliseconds, 1 or more'] }],
    [{ signal: {} }, { signal: ['must be an AbortSignal'] }],
  ])('refuses the options %j', async (options, problem) => {
    const error = await refusal(method, { customerId: 'customer-1', token: 'tok-1' }, options);
    expect(error.fieldErrors).toEqual(problem);
  });
});

it.each<[filter: object, problem: object]>([
  [{ pgCodes: 'knet' }, { pgCodes: ['must be a list of strings'] }],
  [{ pgCodes: null }, { pgCodes: ['must be a list of strings'] }],
  [{ pgCodes: Array.from({ length: 21 }, () => 'a') }, { pgCodes: ['must not hold more than 20 codes'] }],
  [{ pgCodes: ['a', 5] }, { pgCodes: ['holds at [1] what it must not: each code must be a string'] }],
  [{ pgCodes: ['a', ''] }, { pgCodes: ['holds at [1] what it must not: each code must not be empty'] }],
  [
    { pgCodes: ['x'.repeat(65)] },
    { pgCodes: ['holds at [0] what it must not: each code must not have more than 64 characters'] },
  ],
  [{ agreementId: 5 }, { agreementId: [STRING] }],
  [{ agreementId: '' }, { agreementId: [EMPTY] }],
  [{ agreementId: 'x'.repeat(129) }, { agreementId: ['must not have more than 128 characters'] }],
  [{ agreementId: 'a\ud800' }, { agreementId: [SURROGATE] }],
])('list refuses the filter %j', async (filter, problem) => {
  const error = await refusal('list', { customerId: 'customer-1', ...filter });
  expect(error.fieldErrors).toEqual(problem);
});

it.each(['x'.repeat(64), '🂡'.repeat(64), 'two words', "O'Neil", 'عميل'])(
  'takes the customer %j',
  async (customerId) => {
    await expect(cards.list({ customerId })).resolves.toEqual([]);
  },
);

it('asks each value once: what was checked is what is sent', async () => {
  let reads = 0;
  const sly = {
    customerId: 'customer-1',
    get token() {
      reads += 1;
      return reads === 1 ? 'tok-1' : '../../payment';
    },
  };
  await cards.delete(sly).catch(() => undefined);
  expect(fake.received.map(({ target }) => target)).toEqual([
    '/b/pbl/v2/card/tok-1/?customer_id=customer-1&type=sandbox',
  ]);
});
