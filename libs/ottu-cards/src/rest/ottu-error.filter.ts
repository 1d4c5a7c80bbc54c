import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Logger, Optional } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ottuErrorAnswer } from '../errors/error-codes.js';
import { OttuError } from '../errors/ottu.error.js';

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
