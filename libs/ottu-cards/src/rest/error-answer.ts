import type { OttuError } from '../errors/ottu.error.js';
import type { OttuErrorCode, OttuErrorDto } from './ottu-error.dto.js';

type Answer = { readonly [K in keyof OttuErrorDto]: OttuErrorDto[K] };

const ANSWERS: Readonly<Record<OttuErrorCode, readonly [statusCode: number, message: string]>> = {
  invalid_request: [400, 'The request is not valid.'],
  refused: [400, 'The request was refused.'],
  card_not_found: [404, 'There is no such card.'],
  card_locked: [409, 'The card is used for a subscription. Choose another card for it first.'],
  misconfigured: [500, 'Saved cards are not available: the service is not set up correctly.'],
  provider_refused_us: [502, 'Saved cards are not available at the moment.'],
  provider_misconfigured: [502, 'Saved cards are not available at the moment.'],
  provider_unavailable: [502, 'Saved cards are not available at the moment. Please try again.'],
  provider_bad_response: [502, 'Saved cards are not available at the moment.'],
  busy: [503, 'Too many requests at the moment. Please try again later.'],
  provider_timeout: [504, 'Saved cards did not answer in time. Please try again.'],
  delete_outcome_unknown: [504, 'It is not known whether the card was deleted. Please look at the list again.'],
};

/** Ottu's 401 and 403 are the operator's problem: the shop's customer never sees them as such. */
const CODES: Readonly<Record<string, OttuErrorCode>> = {
  OttuConfigError: 'misconfigured',
  OttuInputError: 'invalid_request',
  OttuAuthError: 'provider_refused_us',
  OttuNotFoundError: 'card_not_found',
  OttuRefusedError: 'refused',
  OttuRateLimitError: 'busy',
  OttuUnavailableError: 'provider_unavailable',
  OttuTimeoutError: 'provider_timeout',
  OttuBadResponseError: 'provider_bad_response',
  OttuDeleteUnknownError: 'delete_outcome_unknown',
};

/** What a client is told of an error. */
export function errorAnswer(error: OttuError): Answer {
  const isWrongHost = error.name === 'OttuRefusedError' && (error.status === 404 || error.status === 405);
  const code = isWrongHost ? 'provider_misconfigured' : (CODES[error.name] ?? 'provider_unavailable');
  return { ...answerOf(code), ...(error.fieldErrors && { fieldErrors: error.fieldErrors }) };
}

export function answerOf(errorCode: OttuErrorCode): Answer {
  const [statusCode, message] = ANSWERS[errorCode];
  return { statusCode, errorCode, message };
}
