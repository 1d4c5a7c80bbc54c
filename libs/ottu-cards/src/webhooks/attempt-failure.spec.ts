import { inspect } from 'node:util';
import { OttuTimeoutError } from '../errors/errors.js';
import { AttemptFailure, described } from './attempt-failure.js';
import type { UndeliveredReason } from './webhook-events.js';

const HIDDEN = 'an error that is not shown: it may hold personal data';
const SECRET = '9999888877776666';

class PaymentRejected extends Error {}

/** An error with these lines below its message. */
function thrown(lines: readonly string[], message = 'duplicate key'): Error {
  return Object.assign(new PaymentRejected(message), { stack: [`Error: ${message}`, ...lines].join('\n') });
}

/** The lines that are told of an error, without the first. */
function framesOf(original: unknown): string[] {
  return new AttemptFailure('onPayment', 'handler', original).text.split('\n').slice(1);
}

it.each<[UndeliveredReason, string]>([
  ['confirmation', 'onSavedCard was not called: asking Ottu for the card failed'],
  ['handler', 'onSavedCard failed'],
  ['hanging', 'onSavedCard did not settle within a minute'],
  ['shutdown', 'onSavedCard was not done when the application closed'],
  ['stalled', 'onSavedCard was not done: every instance that worked on it ended'],
])('%s is told as a sentence', (reason, sentence) => {
  const failure = new AttemptFailure('onSavedCard', reason);
  expect([failure.message, failure.text]).toEqual([sentence, `${sentence}.`]);
  expect(failure.stack).toBe(`AttemptFailure: ${sentence}`);
});

it('a method that may still be at work, or has no time left, is not called again; any other is', () => {
  const reasons: UndeliveredReason[] = ['confirmation', 'handler', 'hanging', 'shutdown', 'stalled'];
  const final = reasons.filter((reason) => new AttemptFailure('onPayment', reason).isFinal);
  expect(final).toEqual(['hanging', 'shutdown']);
});

it('message, text and stack tell class and frames of what was thrown, and nothing else of it', () => {
  const frame = '    at async Shop.fulfil (file:///srv/shop/orders.js:12:34)';
  const failure = new AttemptFailure('onPayment', 'handler', thrown([frame], SECRET));
  const sentence = 'onPayment failed with PaymentRejected (its message is not shown: it may hold personal data)';
  expect(failure.message).toBe(sentence);
  expect(failure.text).toBe(`${sentence}.\n${frame}`);
  expect(failure.stack).toBe(`AttemptFailure: ${sentence}\n${frame}`);
});

it('what was thrown is at hand, and does not print', () => {
  const original = { token: SECRET };
  const failure = new AttemptFailure('onPayment', 'handler', original);
  expect(failure.original).toBe(original);
  expect(inspect(failure) + JSON.stringify(failure)).not.toContain(SECRET);
});

describe('an error is told', () => {
  const named = (name: string) => new (Object.defineProperty(class extends Error {}, 'name', { value: name }))();
  const unshown = (name: string) => `${name} (its message is not shown: it may hold personal data)`;

  it.each<[what: string, error: unknown, told: string]>([
    ['by its class', new PaymentRejected(SECRET), unshown('PaymentRejected')],
    ['by the kind of what is no error', SECRET, unshown('string')],
    ['by a class name of 60 letters', named('E'.repeat(60)), unshown('E'.repeat(60))],
    ['without a longer class name', named('E'.repeat(61)), HIDDEN],
    ['without an empty class name', named(''), HIDDEN],
    ['without a class name that begins as none does', named(`!${SECRET}`), HIDDEN],
    ['without a class name that ends as none does', named(`${SECRET}!`), HIDDEN],
  ])('%s', (_what, error, told) => expect(described(error)).toBe(told));

  it('with its message where it is one of ours, as a part of a sentence', () => {
    const error = new OttuTimeoutError('No answer from api.example within 12.5 s.');
    expect(described(error)).toBe('OttuTimeoutError (No answer from api.example within 12.5 s)');
  });

  it('where every look at it throws', () => {
    const look = (): never => {
      throw new Error('no look at this');
    };
    const unreadable = new Proxy(new Error('proxy'), { get: look, has: look, getPrototypeOf: look });
    expect(described(unreadable)).toBe(HIDDEN);
    expect(framesOf(unreadable)).toEqual([]);
  });
});

describe('a line of a stack', () => {
  it.each([
    ['    at Shop.fulfil (file:///srv/shop/orders.js:12:34)'],
    ['    at async Shop.fulfil (/srv/shop/orders.js:12:34)'],
    ['    at Object.<anonymous> (/srv/shop/$orders.js:1:1)'],
    ['    at Shop.$book [as fulfil] (node:internal/timers:585:17)'],
    [String.raw`    at new Order (C:\shop\orders.js:12:34)`],
    ['    at /srv/shop/orders.js:12:34'],
    [`    at ${'f'.repeat(283)} (x:12:34)`],
  ])('is shown where it is a frame: %s', (line) => expect(framesOf(thrown([line]))).toEqual([line]));

  it.each([
    [SECRET],
    [`    at ${SECRET}`],
    [`    at card ${SECRET} (x:1:1)`.replace('(', '((')],
    [`    at card (${SECRET} x:1:1)`],
    [`    at (x:1:1) ${SECRET}`],
    [`    at card (x:1:1) ${SECRET}`],
    [`    at card (x:1:1)\r${SECRET}`],
    [`    at card-${SECRET} (x:1:1)`],
    [`    at card(x:1:1)`],
    [`${SECRET}    at card (x:1:1)`],
    [`   at ${SECRET} (x:1:1)`],
    [`    on ${SECRET} (x:1:1)`],
    [`    at card (${SECRET}:1)`],
    [`    at card (x:${SECRET}a:1)`],
    [`    at card (x:1:a${SECRET})`],
    [`    at card (:1:1)`],
    [`    at ${'f'.repeat(284)} (x:12:34)`],
  ])('is not shown where it can be anything: %s', (line) => expect(framesOf(thrown([line]))).toEqual([]));
});

it('shows ten frames, from the top', () => {
  const lines = Array.from({ length: 11 }, (_, index) => `    at book${index} (x:1:1)`);
  expect(framesOf(thrown(lines))).toEqual(lines.slice(0, 10));
});

it('looks for frames in the 10,000 characters after the message', () => {
  const frame = '    at book (x:1:1)';
  const filling = (length: number) => ' '.repeat(length - '\n\n'.length - frame.length);
  expect(framesOf(thrown([filling(10_000), frame]))).toEqual([frame]);
  expect(framesOf(thrown([filling(10_010), frame]))).toEqual([]);
});

describe('a message that looks like a frame', () => {
  const forged = `    at ${SECRET} (file:///${SECRET}.js:1:1)`;
  const frame = '    at book (x:1:1)';

  it('is cut out', () => {
    expect(framesOf(thrown([frame], `duplicate\n${forged}`))).toEqual([frame]);
  });

  it.each([
    ['another text', 'changed'],
    ['no text', 1],
  ])('hides the stack when %s has taken its place', (_what, message) => {
    const error = thrown([frame], `1 duplicate\n${forged}`);
    expect(framesOf(Object.assign(error, { message }))).toEqual([]);
  });
});

const PLAYS_TEXT = {
  includes: () => true,
  indexOf: () => 0,
  slice: () => PLAYS_TEXT,
  split: () => ['', '    at Shop.fulfil (file:///srv/shop/orders.js:12:34)'],
};

it.each([
  ['is no error', { message: '', stack: `\n    at ${SECRET} (x:1:1)` }],
  ['has no stack', Object.assign(new Error('gone'), { stack: undefined })],
  ['has a stack that is a number', Object.assign(new Error('odd'), { stack: 5 })],
  ['has a stack that plays text', Object.assign(new Error('odd'), { stack: PLAYS_TEXT })],
])('shows no frames of what %s', (_what, original) => expect(framesOf(original)).toEqual([]));
