import { type Problem, sentenceOf } from '../common/rules.js';
import { OttuError, type OttuErrorFacts } from './ottu.error.js';

/** The module's options are wrong, or its `apiKey` function failed. Nothing was sent; mend the configuration. */
export class OttuConfigError extends OttuError {
  override get name() {
    return 'OttuConfigError' as const;
  }
  readonly retryable = false;
}

/** Tells all problems of some options at once. @param problems as data, or as sentences without their full stop */
export function configProblems(where: string, problems: readonly (Problem | string)[]): OttuConfigError {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const sentences = problems.map((it) => (typeof it === 'string' ? it : sentenceOf([it])));
  return new OttuConfigError(`${where}: ${count} — ${sentences.join('; ')}.`);
}

/** An argument was refused before anything was sent; `fieldErrors` names it. */
export class OttuInputError extends OttuError {
  override get name() {
    return 'OttuInputError' as const;
  }
  readonly retryable = false;
}

/** Ottu answered 401 or 403: the key, its scope, or the IP allow-list. The shop's operator must act, not the customer. */
export class OttuAuthError extends OttuError {
  override get name() {
    return 'OttuAuthError' as const;
  }
  readonly retryable = false;
}

/** This customer has no such card in this `env`: Ottu answered 404 to a delete, or does not list the card. */
export class OttuNotFoundError extends OttuError {
  override get name() {
    return 'OttuNotFoundError' as const;
  }
  readonly retryable = false;
}

/**
 * Ottu refused the call with another 4xx; `detail` and `fieldErrors` say why. A refused delete deleted nothing;
 * `cardLocked` says that an auto-debit agreement needs the card.
 */
export class OttuRefusedError extends OttuError {
  override get name() {
    return 'OttuRefusedError' as const;
  }
  readonly retryable = false;
}

/** Ottu answered 429, or did so lately and the time it asked for is not over: wait `retryAfterMs` where it is known. */
export class OttuRateLimitError extends OttuError {
  override get name() {
    return 'OttuRateLimitError' as const;
  }
  readonly retryable = true;
}

/**
 * No connection to Ottu, or it answered 5xx. A delete that ends so deleted nothing. Not `retryable` where the connection
 * fails in a way that does not pass by itself: an unknown host, a certificate, a proxy that refuses.
 */
export class OttuUnavailableError extends OttuError {
  override get name() {
    return 'OttuUnavailableError' as const;
  }
  readonly retryable: boolean;

  constructor(message: string, { retryable = true, ...facts }: OttuErrorFacts & { readonly retryable?: boolean } = {}) {
    super(message, facts);
    this.retryable = retryable;
  }
}

/** The deadline of the call passed. A delete that ends so deleted nothing. */
export class OttuTimeoutError extends OttuError {
  override get name() {
    return 'OttuTimeoutError' as const;
  }
  readonly retryable = true;
}

/** Says where an answer is not what it must be. The transport makes an `OttuBadResponseError` of it. */
export class UnexpectedShapeError extends Error {
  override get name() {
    return 'UnexpectedShapeError' as const;
  }

  /** @param path such as `[3].token`; @param expectation such as `must be a string`. Never a value. */
  constructor(path: string, expectation: string) {
    super(`${path} ${expectation}`);
  }
}

/** An answer of a shape that is not trusted. The message names the place (`[3].token`), never the value. */
export class OttuBadResponseError extends OttuError {
  override get name() {
    return 'OttuBadResponseError' as const;
  }
  readonly retryable = false;
}

/** A delete may or may not have happened: list the customer's cards again to know. */
export class OttuDeleteUnknownError extends OttuError {
  override get name() {
    return 'OttuDeleteUnknownError' as const;
  }
  readonly retryable = false;
}
