import { isRecord } from '../common/is-record.js';
import type { OttuCall } from './ottu-call.js';
import type { Answered, AttemptResult } from './attempt-result.js';
import type { Retry } from './retry-policy.js';

/** What a result means for the call. */
export type Classification =
  /** `answer` is the parsed body of a read, not yet checked. */
  { readonly kind: 'success'; readonly answer: unknown } | Failure;

export interface Failure {
  readonly kind: FailureKind;
  readonly retry: Retry;
  /** Whether a delete may have happened in spite of it. */
  readonly mayHaveActed: boolean;
  /** Why, to complete "Ottu's answer …", where the kind alone does not say. */
  readonly why?: string;
  readonly body?: unknown;
}

type FailureKind =
  'auth' | 'not-found' | 'refused' | 'rate-limit' | 'unavailable' | 'timeout' | 'bad-response' | 'delete-unknown';

type Effect = OttuCall<unknown>['effect'];

export function classify(effect: Effect, result: AttemptResult): Classification {
  switch (result.kind) {
    case 'unreachable':
      return failure('unavailable', isPermanent(result.code) ? 'never' : 'backoff');
    case 'broken':
      return failure('unavailable', result.stale ? 'immediately' : 'backoff', true);
    case 'malformed':
      return untrusted(result.what, 'never', true);
    case 'late':
      return failure('timeout', 'backoff', result.sent);
    case 'answered':
      return result.status < 300 ? classifySuccess(effect, result) : classifyRefusal(effect, result);
  }
}

function classifySuccess(effect: Effect, { status, body }: Answered): Classification {
  if (effect === 'delete') {
    return body.length === 0 ? { kind: 'success', answer: undefined } : failure('delete-unknown', 'never', true);
  }
  if (status === 204) return untrusted('holds nothing');
  const text = decode(body);
  if (text === undefined) return untrusted('is not valid UTF-8');
  const answer = parse(text);
  if (answer !== undefined) return { kind: 'success', answer };
  return text.trimStart().startsWith('<')
    ? untrusted('is a web page, not JSON', 'once')
    : untrusted('is not JSON, or was cut short', 'backoff');
}

function classifyRefusal(effect: Effect, { status, body: bytes }: Answered): Failure {
  if (status < 400) return untrusted('is a redirect, which is never followed');
  const body = readsAsError(bytes) ? parse(decode(bytes) ?? '') : undefined;
  if (status === 401 || status === 403) return { ...failure('auth', 'never'), body };
  if (status === 429) return { ...failure('rate-limit', 'too-many-requests'), body };
  if (status === 404 && effect === 'delete' && isOttus(body)) return { ...failure('not-found', 'never'), body };
  if (status === 503) return { ...failure('unavailable', 'retry-after', true), body };
  if (RETRIED.has(status)) return { ...failure('unavailable', 'backoff', true), body };
  if (status >= 500) return { ...failure('unavailable', 'never', true), body };
  return { ...failure('refused', 'never'), body };
}

/** @see Ottu's guide to rate limits (retry 429 and 5xx), seen 2026-11-20; 520 to 527 are Cloudflare's */
const RETRIED = new Set([408, 425, 500, 502, 504, 520, 521, 522, 523, 524, 525, 526, 527]);

/** Failures to connect that another attempt would only repeat: an unknown host, a certificate, a proxy that refuses. */
export function isPermanent(code: string): boolean {
  return /^(?:ENOTFOUND|EPROTO|HOSTNAME_MISMATCH|PROXY_4\d\d)$|CERT|VERIFY|_SSL_/.test(code);
}

function failure(kind: FailureKind, retry: Retry, mayHaveActed = false): Failure {
  return { kind, retry, mayHaveActed };
}

function untrusted(why: string, retry: Retry = 'never', mayHaveActed = false): Failure {
  return { kind: 'bad-response', retry, mayHaveActed, why };
}

/** Members that the body of an error may have: enumerating many more would block the event loop after the parsing. */
const MAX_COLONS = 10_000;
const COLON = 0x3a;

/** An object has at most as many members as its text has colons. */
function readsAsError(bytes: Buffer): boolean {
  let colons = 0;
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at] === COLON) colons += 1;
  return colons <= MAX_COLONS;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(body: Buffer): string | undefined {
  try {
    return utf8.decode(body);
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A 404 of Ottu's own, not one of a gateway that lost its route: after a delete that may have acted it means "gone".
 *
 * @see Ottu's OpenAPI file, `GenericErrorMessage` requires `detail`, seen 2026-11-20
 */
function isOttus(body: unknown): boolean {
  return isRecord(body) && Object.hasOwn(body, 'detail') && typeof body['detail'] === 'string';
}
