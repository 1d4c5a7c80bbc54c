import { OTTU_ERROR_CODES, type OttuErrorAnswer, type OttuErrorCode } from '../errors/error-codes.js';
import type { OttuFieldErrors } from '../errors/ottu.error.js';

/** The body of every error answer, as OpenAPI describes it. */
export class OttuErrorDto implements OttuErrorAnswer {
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
      errorCode: { required: true, type: () => String, enum: OTTU_ERROR_CODES },
      message: { required: true, type: () => String },
      fieldErrors: {
        required: false,
        type: () => Object,
        additionalProperties: { type: 'array', items: { type: 'string' } },
      },
    };
  }
}
