import { jest } from '@jest/globals';
import {
  OttuAuthError,
  OttuConfigError,
  OttuInputError,
  OttuNotFoundError,
  OttuRateLimitError,
  OttuUnavailableError,
} from '../errors/errors.js';
import { CallStatus } from './observability.js';

const NOON = new Date('2026-11-21T12:00:00Z');

beforeEach(() => jest.useFakeTimers({ now: NOON }));
afterEach(() => jest.useRealTimers());

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
