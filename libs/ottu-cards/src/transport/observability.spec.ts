import { tracingChannel } from 'node:diagnostics_channel';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import {
  OttuAuthError,
  OttuConfigError,
  OttuInputError,
  OttuNotFoundError,
  OttuRateLimitError,
  OttuUnavailableError,
} from '../errors/errors.js';
import { CallStatus, type OttuCallTrace, traceCall } from './observability.js';

const NOON = new Date('2026-11-21T12:00:00Z');

beforeEach(() => jest.useFakeTimers({ now: NOON }));
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

it('knows nothing before the first call', () => {
  expect(new CallStatus().read(undefined)).toStrictEqual({ failuresInARow: 0 });
});

it('counts failures since the last success, and keeps the last of them', () => {
  const status = new CallStatus();
  status.failed(new OttuUnavailableError('x', { attempts: 3 }));
  status.failed(new OttuAuthError('x', { attempts: 1 }));
  expect(status.read(undefined)).toStrictEqual({
    lastFailure: { error: 'OttuAuthError', at: NOON },
    failuresInARow: 2,
  });

  jest.setSystemTime(NOON.getTime() + 1_000);
  status.succeeded();
  expect(status.read(undefined)).toStrictEqual({
    lastSuccessAt: new Date('2026-11-21T12:00:01Z'),
    lastFailure: { error: 'OttuAuthError', at: NOON },
    failuresInARow: 0,
  });
});

it.each([
  new OttuInputError('x'),
  new OttuNotFoundError('x', { attempts: 1, status: 404 }),
  new OttuRateLimitError('held back before anything was sent', { attempts: 0 }),
])('does not count %s', (error) => {
  const status = new CallStatus();
  status.failed(error);
  expect(status.read(undefined)).toStrictEqual({ failuresInARow: 0 });
});

it('counts a key that could not be fetched, though nothing was sent', () => {
  const status = new CallStatus();
  status.failed(new OttuConfigError('x'));
  expect(status.read(500)).toStrictEqual({
    rateLimitedForMs: 500,
    lastFailure: { error: 'OttuConfigError', at: NOON },
    failuresInARow: 1,
  });
});

describe('a call that is told of', () => {
  const CALL = { operation: 'find', route: '/b/pbl/v2/card/' } as const;
  const channel = tracingChannel<string, OttuCallTrace>('nestjs-ottu-cards:call');
  let lines: string[];
  let events: { readonly event: string; readonly trace: OttuCallTrace }[];
  const keep =
    (event: string) =>
    (trace: object): void =>
      void events.push({ event, trace: { ...(trace as OttuCallTrace) } });
  const subscriber = {
    start: keep('start'),
    end: keep('end'),
    asyncStart: keep('asyncStart'),
    asyncEnd: keep('asyncEnd'),
    error: keep('error'),
  };
  beforeEach(() => {
    [lines, events] = [[], []];
    jest.advanceTimersByTime(1_000); // the clock of a process is never at zero
  });
  afterEach(() => channel.unsubscribe(subscriber));

  function call(work: (trace?: OttuCallTrace) => Promise<unknown>, wanted: { log?: boolean; events?: boolean }) {
    jest.spyOn(Logger, 'isLevelEnabled').mockImplementation((level) => level === 'debug' && wanted.log === true);
    if (wanted.events === true) channel.subscribe(subscriber);
    const debug = (line: string): void => void lines.push(line);
    const logger = { debug, log: () => undefined, warn: () => undefined };
    return traceCall({ name: 'kuwait', env: 'sandbox', logger }, CALL, work);
  }

  /** As the transport completes a trace, in 250 ms. */
  const answered = (trace?: OttuCallTrace): Promise<string> => {
    jest.advanceTimersByTime(250);
    if (trace) Object.assign(trace, { attempts: 2, status: 200 });
    return Promise.resolve('answer');
  };

  it('is one line of the log, and no event, where that alone is wanted', async () => {
    expect(await call(answered, { log: true })).toBe('answer');
    expect(lines).toEqual(['call operation=find source=ottu status=200 attempts=2 ms=250']);
  });

  it('is events, and no line, where those alone are wanted', async () => {
    expect(await call(answered, { events: true })).toBe('answer');
    const begun = {
      ...CALL,
      merchant: 'kuwait',
      env: 'sandbox',
      attempts: 0,
      source: 'ottu',
      durationMs: 0,
    };
    expect(events[0]).toEqual({ event: 'start', trace: begun });
    expect(events.at(-1)).toMatchObject({
      event: 'asyncEnd',
      trace: { ...begun, attempts: 2, status: 200, durationMs: 250 },
    });
    expect(events.map(({ event }) => event)).not.toContain('error');
    expect(lines).toEqual([]);
  });

  it.each<[told: string, error: Error]>([
    ['OttuAuthError', new OttuAuthError('x', { attempts: 1, status: 401 })],
    ['AbortError', new Error('what the caller aborted with, which may hold anything')],
  ])('and fails is told with the class of its error: %s', async (told, error) => {
    await expect(call(() => Promise.reject(error), { log: true, events: true })).rejects.toBe(error);
    expect(lines).toEqual([`call operation=find source=ottu error=${told} attempts=0 ms=0`]);
    expect(events.at(-1)).toMatchObject({ event: 'asyncEnd', trace: { error: told } });
  });
});
