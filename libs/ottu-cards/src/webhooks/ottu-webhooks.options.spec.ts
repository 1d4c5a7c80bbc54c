import { inspect } from 'node:util';
import { OttuConfigError } from '../errors/errors.js';
import { checkedOptions, type GivenExtras } from './ottu-webhooks.options.js';

const hmacKey = 'obviously-false-hmac-key';
const method = () => undefined;
const mount = { path: 'webhooks/ottu' };
const onPayments = { handler: { onPayment: method }, hasCards: false };
const FROM_FACTORY = 'cannot come from a factory: write it beside useFactory';

/** What stands after "OttuWebhooksModule.forRoot(): " in the error; `undefined` where there is none. */
function problemsOf(options: unknown, extras: object = {}, made = onPayments as Parameters<typeof checkedOptions>[2]) {
  try {
    checkedOptions(options, { ...mount, ...extras }, made);
    return undefined;
  } catch (error) {
    return OttuConfigError.is(error) ? error.message.replace('OttuWebhooksModule.forRoot(): ', '') : error;
  }
}

it.each<[given: string | undefined, path: string]>([
  ['webhooks/ottu', 'webhooks/ottu'],
  ['/webhooks/ottu/', 'webhooks/ottu'],
  ['//webhooks//ottu', 'webhooks/ottu'],
])('the route %s is %s: slashes do not make another mount of it', (given, path) => {
  expect(checkedOptions({ hmacKey }, { path: given }, onPayments).path).toBe(path);
});

it('hands on what was given, one key as a list of it', () => {
  const queue = { open: method, nameFor: method };
  const given = { hmacKey, queue, onUndelivered: method };
  const extras: GivenExtras = { ...mount, cards: 'kuwait', imports: [], decorators: [method] };
  expect({ ...checkedOptions(given, extras, onPayments) }).toEqual({
    path: 'webhooks/ottu',
    cards: 'kuwait',
    hmacKeys: [hmacKey],
    queue,
    onUndelivered: method,
  });
  expect(checkedOptions({ hmacKey: [hmacKey, 'new'] }, mount, onPayments).hmacKeys).toEqual([hmacKey, 'new']);
});

it('prints as nothing', () => {
  const options = checkedOptions({ hmacKey }, mount, onPayments);
  expect(inspect(options) + JSON.stringify(options)).not.toContain(hmacKey);
});

it.each([[{ handler: { onPayment: method } }], [{ handler: { onSavedCard: method } }]])(
  'takes a handler with one method: %p',
  (made) => expect(problemsOf({ hmacKey }, {}, { ...made, hasCards: true })).toBeUndefined(),
);

describe.each([
  ['path', "must be a route, such as 'webhooks/ottu'", [undefined, '', '/', ' / ', 5, ['webhooks']]],
  ['cards', 'must be the name of an OttuCardsModule', ['', 5, null]],
  ['decorators', 'must be a list of class decorators: call them, as in Public()', ['a', method, ['a'], [method, 'a']]],
])('%s %s', (name, problem, values) => {
  it.each(values.map((value) => [value]))('and not %p', (value) => {
    expect(problemsOf({ hmacKey }, { [name]: value })).toBe(`1 problem — ${name} ${problem}.`);
  });
});

describe.each([
  ['hmacKey', "is empty, so anybody could sign: set the HMAC key from Ottu's dashboard", ['', undefined]],
  [
    'queue',
    'must be a queue: write bullQueue({ connection }) from nestjs-ottu-cards/bullmq',
    [5, null, {}, { open: method }, { nameFor: method }],
  ],
  ['onUndelivered', 'must be a function', ['mail', null, {}]],
  ['path', FROM_FACTORY, ['webhooks']],
  ['handler', FROM_FACTORY, [class {}]],
  ['cards', FROM_FACTORY, ['kuwait']],
  ['imports', FROM_FACTORY, [[]]],
  ['decorators', FROM_FACTORY, [[]]],
  ['hmackey', 'is not an option: did you mean hmacKey?', [hmacKey]],
])('the option %s %s', (name, problem, values) => {
  it.each(values.map((value) => [value]))('where it is %p', (value) => {
    expect(problemsOf({ hmacKey, [name]: value })).toBe(`1 problem — ${name} ${problem}.`);
  });
});

it('an option that is undefined is as good as none', () => {
  const none = { queue: undefined, onUndelivered: undefined, path: undefined, handler: undefined, imports: undefined };
  expect(problemsOf({ hmacKey, ...none }, { cards: undefined, decorators: undefined })).toBeUndefined();
});

it.each([[undefined], [null], ['a'], [[]]])('options must be an object, and not %p', (options) => {
  expect(problemsOf(options)).toBe('1 problem — options must be an object.');
});

it.each([[undefined], [null], [{}], [{ onPayment: 'method' }]])('a handler must have a method: not %p', (handler) => {
  expect(problemsOf({ hmacKey }, {}, { handler, hasCards: true })).toBe(
    '1 problem — handler must be a class with a method onPayment(event), or onSavedCard(event), or both.',
  );
});

describe('without a UserCardsService', () => {
  const missing = { handler: { onSavedCard: method, onPayment: method }, hasCards: false };

  it.each<[cards: string | undefined, named: string]>([
    [undefined, ''],
    ['kuwait', ' with name: "kuwait"'],
    ['k'.repeat(41), ` with name: "${'k'.repeat(40)}"`],
  ])('onSavedCard is refused, and what to import is told: cards %p', (cards, named) => {
    expect(problemsOf({ hmacKey }, { cards }, missing)).toBe(
      '1 problem — there is no UserCardsService to confirm cards for onSavedCard with: import ' +
        `OttuCardsModule.forRoot()${named} in imports, or make it isGlobal in the root module.`,
    );
  });

  it('a name that is none is told besides', () => {
    expect(problemsOf({ hmacKey }, { cards: 5 }, missing)).toBe(
      '2 problems — cards must be the name of an OttuCardsModule; there is no UserCardsService to confirm cards for ' +
        'onSavedCard with: import OttuCardsModule.forRoot() in imports, or make it isGlobal in the root module.',
    );
  });
});
