import { jest } from '@jest/globals';
import { Deadline } from '../common/deadline.js';
import { OttuRateLimitError, OttuTimeoutError, OttuUnavailableError } from '../errors/errors.js';
import { OttuError } from '../errors/ottu.error.js';
import { SingleFlight } from './single-flight.js';

const deadlines: Deadline[] = [];
afterEach(() => deadlines.splice(0).forEach((deadline) => deadline.release()));

function aCaller({ signal, timeoutMs = 60_000 }: { signal?: AbortSignal; timeoutMs?: number } = {}): Deadline {
  const deadline = new Deadline({ timeoutMs, signal });
  deadlines.push(deadline);
  return deadline;
}

const never = (): Promise<never> => new Promise(() => undefined);

it('asks once for a caller whose request timed out before its time, as when no retry was left', async () => {
  const flights = new SingleFlight(1_000);
  let requests = 0;
  const asked = flights.join('key', aCaller(), () => {
    requests += 1;
    return Promise.reject(new OttuTimeoutError('No answer.', { attempts: 1 }));
  });
  await expect(asked).rejects.toMatchObject({ attempts: 1 });
  expect(requests).toBe(1);
});

it('lets nobody join a request that is being aborted, however long that takes', async () => {
  const flights = new SingleFlight(1_000);
  const controller = new AbortController();
  const first = flights.join('key', aCaller(controller), never);
  controller.abort();
  expect(await first).toBeUndefined();
  expect(await flights.join('key', aCaller(), () => Promise.resolve('a new answer'))).toEqual({
    value: 'a new answer',
  });
});

it('swallows what a request ends with when nobody waits any more', async () => {
  const flights = new SingleFlight(1_000);
  const controller = new AbortController();
  let fail: ((error: Error) => void) | undefined;
  const request = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const first = flights.join('key', aCaller(controller), () => request);
  controller.abort();
  await first;
  fail?.(new Error('too late'));
  await new Promise(setImmediate); // an unhandled rejection would fail this file
});

/** A request whose end the test decides. */
function aRequest(): { send: () => Promise<string>; answer: (value: string) => void; fail: (error: Error) => void } {
  let [answer, fail]: [(value: string) => void, (error: Error) => void] = [() => undefined, () => undefined];
  const promise = new Promise<string>((resolve, reject) => {
    [answer, fail] = [resolve, reject];
  });
  return { send: () => promise, answer: (value) => answer(value), fail: (error) => fail(error) };
}

it('shares a request among the callers of one key, and with nobody later', async () => {
  const flights = new SingleFlight<string>(1_000);
  const request = aRequest();
  const shared = [flights.join('key', aCaller(), request.send), flights.join('key', aCaller(), never)];
  expect(await flights.join('another key', aCaller(), () => Promise.resolve('another'))).toEqual({ value: 'another' });
  request.answer('value');
  expect(await Promise.all(shared)).toEqual([{ value: 'value' }, { value: 'value' }]);
  expect(await flights.join('key', aCaller(), () => Promise.resolve('a later one'))).toEqual({ value: 'a later one' });
});

async function failureOf(call: Promise<unknown>): Promise<OttuError> {
  const failure: unknown = await call.catch((error: unknown) => error);
  if (!OttuError.is(failure)) throw new Error('It ended with no error of this library.');
  return failure;
}

it('gives each caller an error of its own that says the same', async () => {
  const flights = new SingleFlight<string>(1_000);
  const request = aRequest();
  const callers = [flights.join('key', aCaller(), request.send), flights.join('key', aCaller(), never)] as const;
  const fieldErrors = { customer_id: ['Unknown.'] };
  const facts = { attempts: 2, status: 429, detail: 'Slow down.', fieldErrors, retryAfterMs: 5_000 };
  const failure = new OttuRateLimitError('Ottu refused it.', facts);
  request.fail(failure);
  const [one, other] = [await failureOf(callers[0]), await failureOf(callers[1])];
  for (const copy of [one, other]) {
    expect(OttuRateLimitError.is(copy)).toBe(true);
    expect(copy).toMatchObject({ message: 'Ottu refused it.', retryable: true, ...facts });
  }
  expect(one).not.toBe(other);
  Object.assign(one.fieldErrors?.['customer_id'] ?? [], { 0: 'spoilt' });
  expect(other).toMatchObject({ fieldErrors });
});

it('says of a connection that cannot come about what the request said: that a retry is of no use', async () => {
  const flights = new SingleFlight<string>(1_000);
  const unknownHost = new OttuUnavailableError('The host is unknown.', { attempts: 1, retryable: false });
  const failure = flights.join('key', aCaller(), () => Promise.reject(unknownHost));
  await expect(failure).rejects.toMatchObject({ name: 'OttuUnavailableError', retryable: false });
});

it('gives a failure to nobody who comes after it', async () => {
  const flights = new SingleFlight<string>(1_000);
  const request = aRequest();
  const first = flights.join('key', aCaller(), request.send).catch(() => 'failed');
  const next = request.send().catch(() => flights.join('key', aCaller(), () => Promise.resolve('a new answer')));
  request.fail(new OttuRateLimitError('Ottu refused it.', { attempts: 1 }));
  expect(await Promise.all([first, next])).toEqual(['failed', { value: 'a new answer' }]);
});

it('passes on what is no error of this library', async () => {
  const flights = new SingleFlight<string>(1_000);
  const failure = new TypeError('a defect');
  await expect(flights.join('key', aCaller(), () => Promise.reject(failure))).rejects.toBe(failure);
});

describe('in time', () => {
  const TIMED_OUT = new OttuTimeoutError('No answer.', { attempts: 3 });
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it.each([
    [100, 1_000],
    [5_000, 5_000],
  ])('a request for a caller with %i ms has %i ms', async (callerMs, requestMs) => {
    const flights = new SingleFlight<string>(1_000);
    const send = jest.fn(() => Promise.resolve('value'));
    await flights.join('key', aCaller({ timeoutMs: callerMs }), send);
    expect(send).toHaveBeenCalledWith(expect.objectContaining({ timeoutMs: requestMs }));
  });

  it('a request goes on while anybody waits, and is aborted with the last who goes', async () => {
    const flights = new SingleFlight<string>(1_000);
    const signals: AbortSignal[] = [];
    const send = ({ signal }: { signal: AbortSignal }): Promise<never> => (signals.push(signal), never());
    const gone = [100, 200].map((timeoutMs) => flights.join('key', aCaller({ timeoutMs }), send));
    await jest.advanceTimersByTimeAsync(100);
    expect(await gone[0]).toBeUndefined();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await jest.advanceTimersByTimeAsync(100);
    expect(await gone[1]).toBeUndefined();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('a caller whose time ends with the request’s gets the request’s own error', async () => {
    const flights = new SingleFlight<string>(1_000);
    const send = (): Promise<never> => new Promise((_, reject) => setTimeout(reject, 1_005, TIMED_OUT));
    const caller = flights.join('key', aCaller({ timeoutMs: 1_000 }), send);
    const failure = failureOf(caller);
    await jest.advanceTimersByTimeAsync(1_005);
    expect(await failure).toMatchObject({ attempts: 3 });
  });

  it('a caller who aborts at that moment waits for nothing', async () => {
    const flights = new SingleFlight<string>(1_000);
    const controller = new AbortController();
    const caller = flights.join('key', aCaller(controller), never);
    await jest.advanceTimersByTimeAsync(60_000 - 1);
    controller.abort();
    expect(await caller).toBeUndefined();
  });

  it('a caller who came late asks again, once for all who came late, when the request times out', async () => {
    const flights = new SingleFlight<string>(1_000);
    const request = aRequest();
    const first = flights.join('key', aCaller(), request.send);
    const again = jest.fn(() => Promise.resolve('a new answer'));
    const late = [flights.join('key', aCaller(), again), flights.join('key', aCaller(), again)];
    request.fail(TIMED_OUT);
    await expect(first).rejects.toMatchObject({ attempts: 3 });
    expect(await Promise.all(late)).toEqual([{ value: 'a new answer' }, { value: 'a new answer' }]);
    expect(again).toHaveBeenCalledTimes(1);
  });

  it('a caller who came late asks again after no other failure', async () => {
    const flights = new SingleFlight<string>(1_000);
    const request = aRequest();
    const first = flights.join('key', aCaller(), request.send).catch(() => 'failed');
    const again = jest.fn(never);
    const late = flights.join('key', aCaller(), again);
    request.fail(new OttuUnavailableError('It is down.', { attempts: 3, status: 503 }));
    await expect(late).rejects.toMatchObject({ status: 503, retryable: true });
    await first;
    expect(again).not.toHaveBeenCalled();
  });

  it('a request that was given up and ends late leaves the next one alone', async () => {
    const flights = new SingleFlight<string>(1_000);
    const given = aRequest();
    const hasty = flights.join('key', aCaller({ timeoutMs: 100 }), given.send);
    await jest.advanceTimersByTimeAsync(100);
    await hasty;
    const request = aRequest();
    const next = flights.join('key', aCaller(), request.send);
    given.fail(TIMED_OUT);
    await jest.advanceTimersByTimeAsync(1);
    const joined = flights.join('key', aCaller(), never);
    request.answer('value');
    expect(await Promise.all([next, joined])).toEqual([{ value: 'value' }, { value: 'value' }]);
  });
});
