import {
  Body,
  Controller,
  Headers,
  HttpCode,
  HttpException,
  HttpStatus,
  Inject,
  Post,
  SetMetadata,
  type Type,
  UseInterceptors,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { isRecord } from '../common/is-record.js';
import { ClosingConnectionInterceptor } from '../rest/closing-connection.interceptor.js';
import { WebhookProcessor } from './webhook-processor.js';

/** Payloads carry the gateway's raw answer, and Ottu does not send them again after a 413. */
const MAX_KIB = 512;

/** Marks the handler of a mounted route: Nest copies the metadata of a controller's method to it. */
export const WEBHOOK_ROUTE = 'OTTU_WEBHOOK_ROUTE';

/** Where a webhook is mounted, and what the shop's guards must know of it. */
interface MountedController {
  /** Unique for each mount. */
  readonly mount: symbol;
  readonly logger: Pick<Console, 'error'>;
  readonly path?: string | undefined;
  readonly decorators?: readonly ClassDecorator[] | undefined;
}

/** A class of its own for every mount: metadata of a shared one would be overwritten by the next. */
export function createWebhooksController({ mount, logger, path = '', decorators = [] }: MountedController): Type {
  @UseInterceptors(ClosingConnectionInterceptor)
  @Controller({ path, version: VERSION_NEUTRAL })
  class OttuWebhooksController {
    constructor(@Inject(WebhookProcessor) private readonly processor: WebhookProcessor) {}

    /** 200, because Nest's 201 would keep the payer on Ottu's page. */
    @Post()
    @HttpCode(200)
    @SetMetadata(WEBHOOK_ROUTE, mount)
    async receive(@Headers() headers: Readonly<Record<string, unknown>>, @Body() body: unknown): Promise<void> {
      if (sizeOf(headers, body) > MAX_KIB * 1024) throw tooLarge();
      const isEmpty = headers['content-length'] === '0' || !isSent(headers);
      if (isEmpty || !/^application\/json\s*(?:;|$)/i.test(String(headers['content-type']))) throw notJson();
      if (body === undefined || Buffer.isBuffer(body)) throw this.unparsed();
      if (!isRecord(body)) throw notJson();
      const answer = await this.processor.receive(body);
      if (answer === 'not proven') {
        throw failure(HttpStatus.UNAUTHORIZED, 'invalid_signature', 'The signature does not hold.');
      }
      if (answer === 'not handled') {
        throw failure(HttpStatus.INTERNAL_SERVER_ERROR, 'not_handled', 'The event is not handled yet.');
      }
    }

    private unparsed(): HttpException {
      logger.error(
        'A webhook came in whose body nobody has parsed. Leave Nest’s body parser on, or parse JSON on this route before ' +
          'it: app.useBodyParser("json", { limit: "512kb" }).',
      );
      return failure(HttpStatus.INTERNAL_SERVER_ERROR, 'misconfigured', 'The endpoint is not set up correctly.');
    }
  }
  // What is no decorator is told at boot, with all other problems.
  for (const decorate of decorators) if (typeof decorate === 'function') decorate(OttuWebhooksController);
  return OttuWebhooksController;
}

export function notJson(): HttpException {
  return failure(HttpStatus.BAD_REQUEST, 'not_json', 'The body must be a JSON object, sent as application/json.');
}

export function tooLarge(): HttpException {
  return failure(HttpStatus.PAYLOAD_TOO_LARGE, 'too_large', `The body must not have more than ${MAX_KIB} KiB.`);
}

function failure(statusCode: number, errorCode: string, message: string): HttpException {
  return new HttpException({ statusCode, errorCode, message }, statusCode);
}

function isSent(headers: Readonly<Record<string, unknown>>): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

/** By Content-Length where that counts what was parsed: not where the body came in chunks or compressed. */
function sizeOf(headers: Readonly<Record<string, unknown>>, body: unknown): number {
  const length = Number(headers['content-length'] ?? NaN);
  const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
  if (!Number.isNaN(length) && isPlain) return length;
  try {
    return Math.max(length || 0, Buffer.byteLength(JSON.stringify(body) ?? ''));
  } catch {
    return Infinity; // it nests too deep to be written again: that is no webhook
  }
}
