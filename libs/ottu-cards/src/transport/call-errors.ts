import {
  OttuAuthError,
  OttuBadResponseError,
  OttuDeleteUnknownError,
  OttuNotFoundError,
  OttuRateLimitError,
  OttuRefusedError,
  OttuTimeoutError,
  OttuUnavailableError,
} from '../errors/errors.js';
import { readOttuErrorBody } from '../errors/ottu-error-body.js';
import type { OttuError, OttuErrorFacts } from '../errors/ottu.error.js';
import { redactor } from '../errors/redaction.js';
import type { OttuCall } from './ottu-call.js';
import type { AttemptResult } from './attempt-result.js';
import { type Failure, isPermanent } from './classify-result.js';

/** Everything known when a call ends without success. */
export interface FailedCall {
  readonly call: OttuCall<unknown>;
  readonly failure: Failure;
  readonly result: AttemptResult;
  readonly attempts: number;
  readonly retryAfterMs: number | undefined;
  /** The time that one attempt has. */
  readonly attemptMs: number;
  readonly apiKey: string;
}

/** Puts a failure in the words of the error that a caller catches. */
export function failureError(failed: FailedCall): OttuError {
  const { call, failure, result, attempts, retryAfterMs } = failed;
  const { status } = result;
  const body = readOttuErrorBody(failure.body, redactor([...call.secrets, failed.apiKey]));
  const facts: OttuErrorFacts = { attempts, status, retryAfterMs, ...body };
  const target = `${call.method} ${call.route}`;
  const refusal = sentences(`Ottu refused ${target} with ${status}${body.detail ? `: ${body.detail}` : ''}`);
  const refused = [refusal, call.hints[status ?? 0]];
  switch (failure.kind) {
    case 'auth':
      return new OttuAuthError(sentences(...refused, status === 401 ? CHECK_KEY : undefined), facts);
    case 'not-found':
      return new OttuNotFoundError(refusal, facts);
    case 'refused':
      return new OttuRefusedError(sentences(...refused), facts);
    case 'rate-limit':
      return new OttuRateLimitError(sentences(...refused, waitSentence(retryAfterMs)), facts);
    case 'bad-response':
      return badResponse(target, failure.why ?? 'cannot be read', facts);
    case 'delete-unknown':
      return deleteUnknown(call, facts);
    case 'timeout':
      return new OttuTimeoutError(
        `No answer from Ottu for ${target} within ${Math.round(failed.attemptMs)} ms, the share of timeoutMs that one attempt has; no further one was left.`,
        facts,
      );
    case 'unavailable':
      return new OttuUnavailableError(sentences(...unavailable(target, result), body.detail), {
        ...facts,
        retryable: !(result.kind === 'unreachable' && isPermanent(result.code)),
      });
  }
}

export function badResponse(target: string, why: string, facts: OttuErrorFacts): OttuBadResponseError {
  const status = facts.status === undefined ? '' : ` (status ${facts.status})`;
  return new OttuBadResponseError(`Ottu's answer to ${target}${status} is not trusted: it ${why}.`, facts);
}

export function deleteUnknown(call: OttuCall<unknown>, facts: OttuErrorFacts): OttuDeleteUnknownError {
  const message = `It is not known whether ${call.method} ${call.route} took effect: no clear answer came.`;
  return new OttuDeleteUnknownError(call.unknownOutcome ?? message, facts);
}

export function timedOut(target: string, timeoutMs: number, facts: OttuErrorFacts): OttuTimeoutError {
  const message =
    facts.attempts === 0
      ? `${target} was not sent to Ottu within ${timeoutMs} ms (timeoutMs): the apiKey function or the limiter took all of it.`
      : `No answer from Ottu for ${target} within ${timeoutMs} ms (timeoutMs).`;
  return new OttuTimeoutError(message, facts);
}

export function gateClosed(target: string, retryAfterMs: number, attempts: number): OttuRateLimitError {
  const message = `Not sent to Ottu: ${target}. It asked for a pause that is not over. ${waitSentence(retryAfterMs)}`;
  return new OttuRateLimitError(message, { attempts, retryAfterMs });
}

export function limitReached(target: string, retryAfterMs: number | undefined, attempts: number): OttuRateLimitError {
  const message = `Not sent to Ottu: ${target}. The application's own limit for requests is reached (limiter).`;
  return new OttuRateLimitError(sentences(message, waitSentence(retryAfterMs)), { attempts, retryAfterMs });
}

export function shuttingDown(target: string, attempts: number): OttuUnavailableError {
  return new OttuUnavailableError(`${target} was not completed: the application is shutting down.`, { attempts });
}

const CHECK_KEY = "Check apiKey: it must be this host's private key.";

function waitSentence(retryAfterMs: number | undefined): string | undefined {
  return retryAfterMs === undefined ? undefined : `Try again in ${Math.ceil(retryAfterMs / 1000)} s.`;
}

function unavailable(target: string, result: AttemptResult): string[] {
  switch (result.kind) {
    case 'answered':
      return [`Ottu could not serve ${target}: it answered ${result.status}.`];
    case 'unreachable':
      return [`No connection to Ottu for ${target} (${result.code}).`, connectionAdvice(result.code)];
    default:
      return [`The connection to Ottu broke before ${target} was answered.`];
  }
}

function connectionAdvice(code: string): string {
  if (code === 'ENOTFOUND') return 'The host is unknown: check merchantId, and proxy where there is one.';
  if (code.startsWith('PROXY_')) return 'The proxy refused the tunnel: check proxy and what it allows.';
  if (/CERT|VERIFY|HOSTNAME/.test(code))
    return 'Its certificate does not hold: check merchantId, and any proxy between.';
  if (code === 'EPROTO' || code.includes('_SSL_')) return 'It does not speak TLS: check merchantId or baseUrl.';
  return 'Check the network, and merchantId.';
}

function sentences(...parts: readonly (string | undefined)[]): string {
  return parts
    .filter((part) => part !== undefined)
    .map((part) => (/[.!?…:]["')\]]?$/.test(part) ? part : `${part}.`))
    .join(' ');
}
