import type { AttemptResult } from './attempt-result.js';
import {
  badResponse,
  deleteUnknown,
  type FailedCall,
  failureError,
  gateClosed,
  limitReached,
  shuttingDown,
  timedOut,
} from './call-errors.js';
import { classify } from './classify-result.js';
import type { OttuCall } from './ottu-call.js';

const TARGET = 'POST /list/';
const API_KEY = 'obviously-false-key';
const LIST: OttuCall<unknown> = {
  method: 'POST',
  route: '/list/',
  path: '/list/?v=2',
  operation: 'list',
  body: '{}',
  effect: 'read',
  secrets: ['anna'],
  hints: { 403: 'The key has no scope', 404: 'Check merchantId.' },
  read: (answer) => answer,
};
const DELETE: OttuCall<unknown> = { ...LIST, method: 'DELETE', route: '/card/{token}/', effect: 'delete' };

const answered = (status: number, body?: unknown): AttemptResult => ({
  kind: 'answered',
  status,
  retryAfter: undefined,
  body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
});

/** The error of a call whose last attempt came to this. */
function errorOf(result: AttemptResult, facts: Partial<FailedCall> = {}): ReturnType<typeof failureError> {
  const { call = LIST } = facts;
  const failure = classify(call.effect, result);
  if (failure.kind === 'success') throw new Error('It is no failure.');
  return failureError({
    call,
    failure,
    result,
    attempts: 2,
    retryAfterMs: undefined,
    attemptMs: 333.6,
    apiKey: API_KEY,
    ...facts,
  });
}

describe('a refusal', () => {
  it.each<[name: string, message: string, result: AttemptResult, facts: Partial<FailedCall>]>([
    [
      'OttuAuthError',
      `Ottu refused ${TARGET} with 401. Check apiKey: it must be this host's private key.`,
      answered(401),
      {},
    ],
    [
      'OttuAuthError',
      `Ottu refused ${TARGET} with 403: Not allowed. The key has no scope.`,
      answered(403, { detail: 'Not allowed.' }),
      {},
    ],
    ['OttuRefusedError', `Ottu refused ${TARGET} with 400.`, answered(400), {}],
    [
      'OttuRefusedError',
      `Ottu refused ${TARGET} with 400: The card is locked.`,
      answered(400, { detail: 'The card is locked' }),
      {},
    ],
    ['OttuRefusedError', `Ottu refused ${TARGET} with 404. Check merchantId.`, answered(404), {}],
    [
      'OttuNotFoundError',
      'Ottu refused DELETE /card/{token}/ with 404: Not found.',
      answered(404, { detail: 'Not found.' }),
      { call: DELETE },
    ],
    ['OttuRateLimitError', `Ottu refused ${TARGET} with 429.`, answered(429), {}],
    [
      'OttuRateLimitError',
      `Ottu refused ${TARGET} with 429. Try again in 4 s.`,
      answered(429),
      { retryAfterMs: 3_001 },
    ],
  ])('%s: %s', (name, message, result, facts) => {
    const error = errorOf(result, facts);
    expect(error).toMatchObject({ name, message, attempts: 2, ...('status' in result && { status: result.status }) });
    expect(error.retryAfterMs).toBe(facts.retryAfterMs);
  });

  it.each([
    ['Locked', 'Locked.'],
    ['Locked.', 'Locked.'],
    ['Locked!', 'Locked!'],
    ['Locked?', 'Locked?'],
    ['y'.repeat(300), `${'y'.repeat(199)}…`],
    ['Fields:', 'Fields:'],
    ['"Locked."', '"Locked."'],
    ['(Locked.)', '(Locked.)'],
    ['[Locked.]', '[Locked.]'],
    ['"locked"', '"locked".'],
    ['A. locked', 'A. locked.'],
  ])('that says %s is a sentence: %s', (detail, sentence) => {
    expect(errorOf(answered(400, { detail })).message).toBe(`Ottu refused ${TARGET} with 400: ${sentence}`);
  });

  it('says what Ottu says of fields, and in its own words, without what is secret', () => {
    const error = errorOf(answered(400, { detail: `No customer anna, key ${API_KEY}.` }));
    expect(error.detail).toBe('No customer [cut], key [cut].');
    expect(error.message).toContain('No customer [cut], key [cut].');
    expect(errorOf(answered(400, { customer_id: ['Not anna.'] })).fieldErrors).toEqual({ customer_id: ['Not [cut].'] });
  });
});

describe('an answer that is not trusted', () => {
  it.each<[message: string, result: AttemptResult]>([
    [`Ottu's answer to ${TARGET} (status 204) is not trusted: it holds nothing.`, answered(204)],
    [
      `Ottu's answer to ${TARGET} is not trusted: it is larger than 1 MiB.`,
      { kind: 'malformed', code: 'X', what: 'is larger than 1 MiB' },
    ],
  ])('%s', (message, result) => {
    expect(errorOf(result)).toMatchObject({ name: 'OttuBadResponseError', message, attempts: 2 });
  });

  it('is told with what is known of it', () => {
    const error = badResponse(TARGET, 'is odd', { attempts: 1, status: 200 });
    expect(error).toMatchObject({ attempts: 1, status: 200 });
  });
});

describe('a delete that nobody knows of', () => {
  const unknown = 'It is not known whether DELETE /card/{token}/ took effect: no clear answer came.';

  it('says so in its own words, where it has some', () => {
    const own = { ...DELETE, unknownOutcome: 'List the cards to see.' };
    expect(deleteUnknown(DELETE, { attempts: 3 })).toMatchObject({ message: unknown, attempts: 3 });
    expect(deleteUnknown(own, {}).message).toBe('List the cards to see.');
  });

  it('says so of a 200 with a body', () => {
    const error = errorOf(answered(200, {}), { call: DELETE });
    expect(error).toMatchObject({ name: 'OttuDeleteUnknownError', message: unknown, status: 200 });
  });
});

describe('no answer', () => {
  it('within the time of an attempt', () => {
    expect(errorOf({ kind: 'late', sent: true })).toMatchObject({
      name: 'OttuTimeoutError',
      message: `No answer from Ottu for ${TARGET} within 334 ms, the share of timeoutMs that one attempt has; no further one was left.`,
    });
  });

  it('within the time of the call', () => {
    expect(timedOut(TARGET, 12_000, { attempts: 2 })).toMatchObject({
      name: 'OttuTimeoutError',
      message: `No answer from Ottu for ${TARGET} within 12000 ms (timeoutMs).`,
      attempts: 2,
    });
  });

  it('within the time of the call, although nothing was asked', () => {
    const { message } = timedOut(TARGET, 300, { attempts: 0 });
    expect(message).toBe(
      `${TARGET} was not sent to Ottu within 300 ms (timeoutMs): the apiKey function or the limiter took all of it.`,
    );
  });

  it.each<[message: string, result: AttemptResult]>([
    [`Ottu could not serve ${TARGET}: it answered 503.`, answered(503)],
    [`Ottu could not serve ${TARGET}: it answered 500. Be back soon.`, answered(500, { detail: 'Be back soon' })],
    [
      `The connection to Ottu broke before ${TARGET} was answered.`,
      { kind: 'broken', code: 'ECONNRESET', stale: false },
    ],
  ])('but a failure that may pass: %s', (message, result) => {
    expect(errorOf(result)).toMatchObject({ name: 'OttuUnavailableError', message, retryable: true, attempts: 2 });
  });

  it.each([
    ['ECONNREFUSED', true, 'Check the network, and merchantId.'],
    ['ENOTFOUND', false, 'The host is unknown: check merchantId, and proxy where there is one.'],
    ['PROXY_407', false, 'The proxy refused the tunnel: check proxy and what it allows.'],
    ['PROXY_503', true, 'The proxy refused the tunnel: check proxy and what it allows.'],
    ['CERT_HAS_EXPIRED', false, 'Its certificate does not hold: check merchantId, and any proxy between.'],
    [
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      false,
      'Its certificate does not hold: check merchantId, and any proxy between.',
    ],
    ['HOSTNAME_MISMATCH', false, 'Its certificate does not hold: check merchantId, and any proxy between.'],
    ['EPROTO', false, 'It does not speak TLS: check merchantId or baseUrl.'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', false, 'It does not speak TLS: check merchantId or baseUrl.'],
    ['XPROXY_', true, 'Check the network, and merchantId.'],
  ])('because of %s, which may pass: %p. %s', (code, retryable, advice) => {
    const message = `No connection to Ottu for ${TARGET} (${code}). ${advice}`;
    expect(errorOf({ kind: 'unreachable', code })).toMatchObject({ name: 'OttuUnavailableError', message, retryable });
  });

  it('in a broken connection may always pass, whatever its code', () => {
    expect(errorOf({ kind: 'broken', code: 'ENOTFOUND', stale: false })).toMatchObject({ retryable: true });
  });
});

describe('a request that was not sent', () => {
  it.each([
    [
      gateClosed(TARGET, 59_001, 1),
      'OttuRateLimitError',
      `Not sent to Ottu: ${TARGET}. It asked for a pause that is not over. Try again in 60 s.`,
      59_001,
    ],
    [
      limitReached(TARGET, 1_500, 1),
      'OttuRateLimitError',
      `Not sent to Ottu: ${TARGET}. The application's own limit for requests is reached (limiter). Try again in 2 s.`,
      1_500,
    ],
    [
      limitReached(TARGET, undefined, 1),
      'OttuRateLimitError',
      `Not sent to Ottu: ${TARGET}. The application's own limit for requests is reached (limiter).`,
      undefined,
    ],
    [
      shuttingDown(TARGET, 1),
      'OttuUnavailableError',
      `${TARGET} was not completed: the application is shutting down.`,
      undefined,
    ],
  ])('%#', (error, name, message, retryAfterMs) => {
    expect(error).toMatchObject({ name, message, attempts: 1, retryable: true });
    expect(error.retryAfterMs).toBe(retryAfterMs);
  });
});
