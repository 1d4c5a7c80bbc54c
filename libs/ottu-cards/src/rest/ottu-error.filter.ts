import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Logger, Optional } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { OTTU_ERROR_CODES, ottuErrorAnswer, type OttuErrorAnswer, type OttuErrorCode } from '../errors/error-codes.js';
import { OttuError, type OttuFieldErrors } from '../errors/ottu.error.js';

/** The logger of a registration, whose context says its name. */
export const OTTU_CARDS_LOGGER = 'OTTU_CARDS_LOGGER';

/**
 * Answers every `OttuError` with its status, a stable `errorCode` and a message of this library's: on Express and
 * Fastify, for the mounted controller and, with `@UseFilters(OttuErrorFilter)`, for the shop's own.
 */
@Catch(OttuError)
export class OttuErrorFilter implements ExceptionFilter<OttuError> {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Optional() @Inject(OTTU_CARDS_LOGGER) private readonly logger = new Logger('OttuCards'),
  ) {}

  catch(error: OttuError, context: ArgumentsHost): void {
    if (context.getType() !== 'http') throw error;
    const answer = ottuErrorAnswer(error);
    if (answer.statusCode >= 500) this.logger.error(`${answer.errorCode} ${error.name}: ${error.message}`);
    const { httpAdapter } = this.host;
    const response: unknown = context.switchToHttp().getResponse();
    if (httpAdapter.isHeadersSent(response)) return void httpAdapter.end(response);
    httpAdapter.setHeader(response, 'Cache-Control', 'no-store, private');
    if (answer.errorCode === 'busy' && error.retryAfterMs !== undefined) {
      httpAdapter.setHeader(response, 'Retry-After', String(Math.ceil(error.retryAfterMs / 1_000)));
    }
    httpAdapter.reply(response, answer, answer.statusCode);
    return undefined;
  }
}

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
