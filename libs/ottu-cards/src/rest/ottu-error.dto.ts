import type { OttuFieldErrors } from '../errors/ottu.error.js';

/** The words a client may rely on; messages may change. */
export type OttuErrorCode =
  | 'misconfigured'
  | 'invalid_request'
  | 'provider_refused_us'
  | 'card_not_found'
  | 'card_locked'
  | 'refused'
  | 'provider_misconfigured'
  | 'busy'
  | 'provider_unavailable'
  | 'provider_timeout'
  | 'provider_bad_response'
  | 'delete_outcome_unknown';

/** The body of every error answer. */
export class OttuErrorDto {
  declare readonly statusCode: number;
  declare readonly errorCode: OttuErrorCode;
  /** For the person at the screen; names no key, card or customer. */
  declare readonly message: string;
  /** By field, where single fields are to blame. */
  declare readonly fieldErrors?: OttuFieldErrors;

  /** @internal read by `@nestjs/swagger` where an application has it */
  static _OPENAPI_METADATA_FACTORY(): object {
    return {
      statusCode: { required: true, type: () => Number },
      errorCode: { required: true, type: () => String, example: 'card_not_found' },
      message: { required: true, type: () => String },
      fieldErrors: {
        required: false,
        type: () => Object,
        additionalProperties: { type: 'array', items: { type: 'string' } },
      },
    };
  }
}
