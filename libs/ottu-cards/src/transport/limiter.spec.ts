import { jest } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import { Deadline } from '../common/deadline.js';
import { LimiterCheck, type OttuLimiter } from './limiter.js';

const ORIGIN = 'https://pay.shop.example';
const open: Deadline[] = [];

beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  for (const used of open.splice(0)) used.release();
  jest.useRealTimers();
});

function deadline(timeoutMs = 12_000, signal?: AbortSignal): Deadline {
  const made = new Deadline({ timeoutMs, signal });
  open.push(made);
  return made;
}

/** A limiter that answers as told, and what is logged of it. */
function check(consume: OttuLimiter['consume']): { ask: LimiterCheck['ask']; reports: string[] } {
  const reports: string[] = [];
  const keep = (level: string) => (line: string) => void reports.push(`${level} ${line}`);
  const it = new LimiterCheck({ consume }, ORIGIN, { log: keep('log'), warn: keep('warn') });
  return { ask: (operation, until) => it.ask(operation, until), reports };
}

it('takes one point for the origin and the operation', async () => {
  const consume = jest.fn(() => Promise.resolve());
  const until = deadline();
  expect(await check(consume).ask('find', until)).toBeUndefined();
  expect(consume.mock.calls).toEqual([[ORIGIN, 1, { operation: 'find' }]]);
  until.release();
  expect(jest.getTimerCount()).toBe(0);
});

describe('refuses when the limiter rejects with', () => {
  it.each([
    ['a time', { msBeforeNext: 1_500 }, 1_500],
    ['a fraction of a millisecond', { msBeforeNext: 0.2 }, 1],
    ['no time', {}, undefined],
    ['no time left', { msBeforeNext: 0 }, 0],
    ['a time below zero', { msBeforeNext: -1 }, undefined],
    ['an endless time', { msBeforeNext: Infinity }, undefined],
    ['a time of another type', { msBeforeNext: '1500' }, undefined],
    ['nothing', undefined, undefined],
    ['a text', 'no', undefined],
  ])('%s', async (_, reason, retryAfterMs) => {
    const { ask, reports } = check(() => Promise.reject(reason)); // oxlint-disable-line prefer-promise-reject-errors -- as rate-limiter-flexible does
    expect(await ask('list', deadline())).toEqual({ retryAfterMs });
    expect(reports).toEqual([]);
  });
});

const UNREADABLE = new Proxy({}, { getPrototypeOf: () => raise(), get: () => raise() });

const FAILURES: [how: string, consume: OttuLimiter['consume']][] = [
  ['throws at once', () => raise()],
  ['rejects with an Error', () => Promise.reject(new Error('no connection'))],
  ['rejects with an Error of another realm', () => Promise.reject(runInNewContext('new Error("x")'))],
  ['rejects with what cannot be read', () => Promise.reject(UNREADABLE)],
];

describe('lets the request go out, with one warning, when the limiter', () => {
  it.each(FAILURES)('%s', async (_, consume) => {
    const { ask, reports } = check(consume);
    expect(await ask('list', deadline())).toBeUndefined();
    expect(await ask('list', deadline())).toBeUndefined();
    expect(reports).toEqual(['warn limiter-failed reason=error']);
  });

  it('takes longer than a second, and rejects afterwards', async () => {
    const { ask, reports } = check(() => wait(1_500).then(() => raise()));
    const asked = ask('list', deadline());
    await jest.advanceTimersByTimeAsync(999);
    expect(reports).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(await asked).toBeUndefined();
    expect(reports).toEqual(['warn limiter-failed reason=slow']);
    await jest.advanceTimersByTimeAsync(1_000);
  });
});

it('warns again when the limiter has worked in between', async () => {
  const answers = [() => raise(), () => Promise.resolve(), () => raise()];
  const { ask, reports } = check(() => (answers.shift() ?? raise)());
  for (const _ of [1, 2, 3]) await ask('list', deadline());
  expect(reports).toEqual([
    'warn limiter-failed reason=error',
    'log limiter-works',
    'warn limiter-failed reason=error',
  ]);
});

it('says nothing of a limiter that has no time to answer: the call ends first', async () => {
  const { ask, reports } = check(() => wait(500));
  const controller = new AbortController();
  const asked = [ask('list', deadline(100)), ask('list', deadline(12_000, controller.signal))];
  controller.abort();
  await jest.advanceTimersByTimeAsync(100);
  expect(await Promise.all(asked)).toEqual([undefined, undefined]);
  expect(reports).toEqual([]);
  await jest.advanceTimersByTimeAsync(1_000);
});

it('does not say that a limiter works again that failed, and has no time to answer', async () => {
  const answers = [() => raise(), () => wait(500)];
  const { ask, reports } = check(() => (answers.shift() ?? raise)());
  await ask('list', deadline());
  const asked = ask('list', deadline(100));
  await jest.advanceTimersByTimeAsync(500);
  expect(await asked).toBeUndefined();
  expect(reports).toEqual(['warn limiter-failed reason=error']);
});

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function raise(): never {
  throw new Error('no connection');
}
