import type { OttuError, OttuFieldErrors } from './ottu.error.js';

interface Row {
  /** The name of the class that it applies to. */
  readonly error: string;
  /** Which errors of that class, where not all. */
  readonly when?: (error: OttuError) => boolean;
  readonly statusCode: number;
  readonly errorCode: string;
  /** For the person at the screen; names no key, card or customer. */
  readonly message: string;
}

/** Also told of an error that the table does not know: one of a newer copy of this library. */
const UNAVAILABLE = {
  error: 'OttuUnavailableError',
  statusCode: 502,
  errorCode: 'provider_unavailable',
  message: 'Saved cards are not available at the moment. Please try again.',
} as const satisfies Row;

/** What a client is told of each error: the first row that applies. */
const TABLE = [
  {
    error: 'OttuConfigError',
    statusCode: 500,
    errorCode: 'misconfigured',
    message: 'Saved cards are not available: the service is not set up correctly.',
  },
  { error: 'OttuInputError', statusCode: 400, errorCode: 'invalid_request', message: 'The request is not valid.' },
  {
    error: 'OttuAuthError', // the operator's problem: the shop's customer never sees it as 401 or 403
    statusCode: 502,
    errorCode: 'provider_refused_us',
    message: 'Saved cards are not available at the moment.',
  },
  { error: 'OttuNotFoundError', statusCode: 404, errorCode: 'card_not_found', message: 'There is no such card.' },
  {
    error: 'OttuRefusedError',
    when: ({ cardLocked }) => cardLocked === true,
    statusCode: 409,
    errorCode: 'card_locked',
    message: 'The card is used for a subscription. Choose another card for it first.',
  },
  {
    error: 'OttuRefusedError',
    when: ({ status }) => status === 404 || status === 405,
    statusCode: 502,
    errorCode: 'provider_misconfigured',
    message: 'Saved cards are not available at the moment.',
  },
  { error: 'OttuRefusedError', statusCode: 400, errorCode: 'refused', message: 'The request was refused.' },
  {
    error: 'OttuRateLimitError',
    statusCode: 503,
    errorCode: 'busy',
    message: 'Too many requests at the moment. Please try again later.',
  },
  {
    error: 'OttuTimeoutError',
    statusCode: 504,
    errorCode: 'provider_timeout',
    message: 'Saved cards did not answer in time. Please try again.',
  },
  {
    error: 'OttuBadResponseError',
    statusCode: 502,
    errorCode: 'provider_bad_response',
    message: 'Saved cards are not available at the moment.',
  },
  {
    error: 'OttuDeleteUnknownError',
    statusCode: 504,
    errorCode: 'delete_outcome_unknown',
    message: 'It is not known whether the card was deleted. Please look at the list again.',
  },
  UNAVAILABLE,
] as const satisfies readonly Row[];

/**
 * The words a client may rely on; messages may change.
 *
 * @useDeclaredType
 */
export type OttuErrorCode = (typeof TABLE)[number]['errorCode'];

/** The body of an error answer. */
export interface OttuErrorAnswer {
  readonly statusCode: number;
  readonly errorCode: OttuErrorCode;
  /** For the person at the screen; names no key, card or customer. */
  readonly message: string;
  /** By field, where single fields are to blame. */
  readonly fieldErrors?: OttuFieldErrors;
}

export const OTTU_ERROR_CODES: readonly OttuErrorCode[] = TABLE.map(({ errorCode }) => errorCode);

/**
 * What to tell a client of an error: the body that `OttuErrorFilter` answers with. For GraphQL and WebSocket gateways,
 * and for a filter of one's own.
 *
 * @example const answer = ottuErrorAnswer(error); response.status(answer.statusCode).json(answer);
 */
export function ottuErrorAnswer(error: OttuError): OttuErrorAnswer {
  const rows: readonly (Row & { readonly errorCode: OttuErrorCode })[] = TABLE;
  const row = rows.find((it) => it.error === error.name && (it.when?.(error) ?? true)) ?? UNAVAILABLE;
  const { statusCode, errorCode, message } = row;
  return { statusCode, errorCode, message, ...(error.fieldErrors && { fieldErrors: error.fieldErrors }) };
}

/** The body without what belongs to one error alone. */
export function answerOf(code: OttuErrorCode): OttuErrorAnswer {
  const { statusCode, errorCode, message } = TABLE.find((row) => row.errorCode === code) ?? UNAVAILABLE;
  return { statusCode, errorCode, message };
}
