import { Deadline } from '../common/deadline.js';
import { OttuTimeoutError, OttuUnavailableError } from '../errors/errors.js';
import { SingleFlight } from './single-flight.js';

const deadlines: Deadline[] = [];
afterEach(() => deadlines.splice(0).forEach((deadline) => deadline.release()));

function aCaller(signal?: AbortSignal): Deadline {
  const deadline = new Deadline({ timeoutMs: 60_000, signal });
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

it('tells every caller that an unknown host will not be found later either', async () => {
  const flights = new SingleFlight(1_000);
  const fail = () => Promise.reject(new OttuUnavailableError('No such host.', { attempts: 1, retryable: false }));
  const [one, other] = [flights.join('key', aCaller(), fail), flights.join('key', aCaller(), fail)];
  await expect(one).rejects.toMatchObject({ name: 'OttuUnavailableError', retryable: false, attempts: 1 });
  await expect(other).rejects.toMatchObject({ name: 'OttuUnavailableError', retryable: false, attempts: 1 });
});

it('lets nobody join a request that is being aborted, however long that takes', async () => {
  const flights = new SingleFlight(1_000);
  const controller = new AbortController();
  const first = flights.join('key', aCaller(controller.signal), never);
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
  const first = flights.join('key', aCaller(controller.signal), () => request);
  controller.abort();
  await first;
  fail?.(new Error('too late'));
  await new Promise(setImmediate); // an unhandled rejection would fail this file
});
