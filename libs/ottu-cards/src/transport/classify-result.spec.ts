import type { AttemptResult } from './attempt-result.js';
import { classify } from './classify-result.js';

type Effect = Parameters<typeof classify>[0];
type Facts = Readonly<Record<string, unknown>>;

const EFFECTS: readonly Effect[] = ['read', 'delete'];

function answered(status: number, body: string | Buffer = ''): AttemptResult {
  return { kind: 'answered', status, retryAfter: undefined, body: Buffer.from(body) };
}

describe.each(EFFECTS)('a %s', (effect) => {
  it.each<[name: string, result: AttemptResult, expected: Facts]>([
    [
      'no connection',
      { kind: 'unreachable', code: 'ECONNREFUSED' },
      { kind: 'unavailable', retry: 'backoff', mayHaveActed: false },
    ],
    [
      'a resolver that fails',
      { kind: 'unreachable', code: 'EAI_AGAIN' },
      { kind: 'unavailable', retry: 'backoff', mayHaveActed: false },
    ],
    [
      'a broken connection',
      { kind: 'broken', code: 'ECONNRESET', stale: false },
      { kind: 'unavailable', retry: 'backoff', mayHaveActed: true },
    ],
    [
      'a stale socket',
      { kind: 'broken', code: 'ECONNRESET', stale: true },
      { kind: 'unavailable', retry: 'immediately', mayHaveActed: true },
    ],
    [
      'no HTTP',
      { kind: 'malformed', code: 'X', what: 'is odd' },
      { kind: 'bad-response', retry: 'never', mayHaveActed: true, why: 'is odd' },
    ],
    ['no time left', { kind: 'late', sent: true }, { kind: 'timeout', retry: 'backoff', mayHaveActed: true }],
    [
      'no time left to connect',
      { kind: 'late', sent: false },
      { kind: 'timeout', retry: 'backoff', mayHaveActed: false },
    ],
  ])('that meets %s', (_name, result, expected) => {
    expect(classify(effect, result)).toEqual(expected);
  });

  it.each([
    'ENOTFOUND',
    'EPROTO',
    'HOSTNAME_MISMATCH',
    'PROXY_407',
    'PROXY_403',
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  ])('is not repeated after %s', (code) => {
    expect(classify(effect, { kind: 'unreachable', code })).toMatchObject({ kind: 'unavailable', retry: 'never' });
  });

  it.each(['PROXY_502', 'PROXY_4070', 'ECONNRESET', 'ETIMEDOUT', 'XENOTFOUND', 'EPROTOTYPE'])(
    'is repeated after %s',
    (code) => {
      expect(classify(effect, { kind: 'unreachable', code })).toMatchObject({ kind: 'unavailable', retry: 'backoff' });
    },
  );

  it.each<[status: number, kind: string, retry: string, mayHaveActed: boolean]>([
    [300, 'bad-response', 'never', false],
    [399, 'bad-response', 'never', false],
    [400, 'refused', 'never', false],
    [401, 'auth', 'never', false],
    [402, 'refused', 'never', false],
    [403, 'auth', 'never', false],
    [405, 'refused', 'never', false],
    [408, 'unavailable', 'backoff', true],
    [409, 'refused', 'never', false],
    [425, 'unavailable', 'backoff', true],
    [429, 'rate-limit', 'too-many-requests', false],
    [499, 'refused', 'never', false],
    [500, 'unavailable', 'backoff', true],
    [501, 'unavailable', 'never', true],
    [502, 'unavailable', 'backoff', true],
    [503, 'unavailable', 'retry-after', true],
    [504, 'unavailable', 'backoff', true],
    [505, 'unavailable', 'never', true],
    ...Array.from({ length: 8 }, (_, n): [number, string, string, boolean] => [
      520 + n,
      'unavailable',
      'backoff',
      true,
    ]),
    [528, 'unavailable', 'never', true],
  ])('that is answered %i', (status, kind, retry, mayHaveActed) => {
    expect(classify(effect, answered(status))).toMatchObject({ kind, retry, mayHaveActed });
  });

  it.each([400, 401, 429, 500, 501, 503])('keeps the body of a %i, if it is JSON', (status) => {
    expect(classify(effect, answered(status, '{"detail":"x"}'))).toMatchObject({ body: { detail: 'x' } });
    expect(classify(effect, answered(status, '<html>'))).toMatchObject({ body: undefined });
    expect(classify(effect, answered(status, Buffer.from([0x22, 0xff, 0x22])))).toMatchObject({ body: undefined });
  });

  it.each([
    [10_000, { detail: 'x', a: ':'.repeat(9_998) }],
    [10_001, undefined],
  ])('reads the body of a refusal that has %i colons as %j', (colons, body) => {
    const text = JSON.stringify({ detail: 'x', a: ':'.repeat(colons - 2) });
    expect(classify(effect, answered(400, text))).toMatchObject({ body });
  });

  it('is told that a redirect is never followed', () => {
    expect(classify(effect, answered(302))).toMatchObject({ why: 'is a redirect, which is never followed' });
  });
});

it('takes no other refusal of a delete for a 404', () => {
  expect(classify('delete', answered(400, '{"detail":"Not found."}'))).toMatchObject({ kind: 'refused' });
  expect(classify('delete', answered(410, '{"detail":"Not found."}'))).toMatchObject({ kind: 'refused' });
});

describe('a 404', () => {
  it.each<[effect: Effect, body: string, kind: string]>([
    ['read', '{"detail":"Not found."}', 'refused'],
    ['delete', '{"detail":"Not found."}', 'not-found'],
    ['delete', '{}', 'refused'],
    ['delete', '{"detail":["Not found."]}', 'refused'],
    ['delete', '[]', 'refused'],
    ['delete', 'null', 'refused'],
    ['delete', '"gone"', 'refused'],
    ['delete', '<html>', 'refused'],
    ['delete', '', 'refused'],
    ['delete', '{"detail":', 'refused'],
  ])('to a %s with %s is %s', (effect, body, kind) => {
    expect(classify(effect, answered(404, body))).toMatchObject({ kind, retry: 'never', mayHaveActed: false });
  });
});

describe('a 2xx', () => {
  it.each<[effect: Effect, status: number, body: string | Buffer, expected: Facts]>([
    ['delete', 204, '', { kind: 'success', answer: undefined }],
    ['delete', 200, '', { kind: 'success', answer: undefined }],
    ['delete', 299, '', { kind: 'success', answer: undefined }],
    ['delete', 200, '{}', { kind: 'delete-unknown', retry: 'never', mayHaveActed: true }],
    ['delete', 200, ' ', { kind: 'delete-unknown', retry: 'never', mayHaveActed: true }],
    ['read', 200, '[]', { kind: 'success', answer: [] }],
    ['read', 299, 'null', { kind: 'success', answer: null }],
    ['read', 200, '\uFEFF[1]', { kind: 'success', answer: [1] }],
    ['read', 204, '', { kind: 'bad-response', retry: 'never', mayHaveActed: false, why: 'holds nothing' }],
    [
      'read',
      200,
      Buffer.from([0x5b, 0x22, 0xc3, 0x28, 0x22, 0x5d]),
      { kind: 'bad-response', retry: 'never', mayHaveActed: false, why: 'is not valid UTF-8' },
    ],
    [
      'read',
      200,
      ' \n<!doctype html>',
      { kind: 'bad-response', retry: 'once', mayHaveActed: false, why: 'is a web page, not JSON' },
    ],
    [
      'read',
      200,
      '[{"token":"<',
      { kind: 'bad-response', retry: 'backoff', mayHaveActed: false, why: 'is not JSON, or was cut short' },
    ],
    [
      'read',
      200,
      '',
      { kind: 'bad-response', retry: 'backoff', mayHaveActed: false, why: 'is not JSON, or was cut short' },
    ],
  ])('to a %s: %i with %j', (effect, status, body, expected) => {
    expect(classify(effect, answered(status, body))).toEqual(expected);
  });
});
