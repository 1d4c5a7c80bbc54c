import {
  Body,
  Controller,
  Headers,
  HttpCode,
  HttpException,
  Inject,
  Post,
  SetMetadata,
  type Type,
  UseInterceptors,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { isRecord } from '../common/is-record.js';
import { ClosingConnectionInterceptor } from '../rest/closing-connection.interceptor.js';
import type { GivenExtras } from './ottu-webhooks.options.js';
import { WebhookProcessor } from './webhook-processor.js';

/** Payloads carry the gateway's raw answer, and Ottu does not send them again after a 413. */
const MAX_KIB = 512;
/** What nests deeper overflows the stack of whoever writes it as JSON: a queue, the shop's own log. */
const MAX_DEPTH = 64;

/** Marks the handler of a mounted route: Nest copies the metadata of a controller's method to it. */
export const WEBHOOK_ROUTE = 'OTTU_WEBHOOK_ROUTE';

/** Where a webhook is mounted, and what the shop's guards must know of it. */
interface MountedController extends Pick<GivenExtras, 'path' | 'decorators'> {
  /** Unique for each mount. */
  readonly mount: symbol;
  readonly logger: Pick<Console, 'error'>;
}

/** A class of its own for every mount: metadata of a shared one would be overwritten by the next. */
export function createWebhooksController({ mount, logger, path = '', decorators }: MountedController): Type {
  @UseInterceptors(ClosingConnectionInterceptor)
  @Controller({ path, version: VERSION_NEUTRAL })
  class OttuWebhooksController {
    constructor(@Inject(WebhookProcessor) private readonly processor: WebhookProcessor) {}

    /** 200, because Nest's 201 would keep the payer on Ottu's page. */
    @Post()
    @HttpCode(200)
    @SetMetadata(WEBHOOK_ROUTE, mount)
    async receive(@Headers() headers: Readonly<Record<string, unknown>>, @Body() body: unknown): Promise<void> {
      if (!isJson(headers)) throw failure('not_json'); // first: only what was parsed from JSON is no circle
      if (sizeOf(headers, body) > MAX_KIB * 1024) throw failure('too_large');
      if (body === undefined || Buffer.isBuffer(body)) {
        logger.error(
          'A webhook came in whose body nobody has parsed. Leave Nest’s body parser on, or parse JSON on this route before ' +
            'it: app.useBodyParser("json", { limit: "512kb" }).',
        );
        throw failure('misconfigured');
      }
      if (!isRecord(body)) throw failure('not_json');
      const problem = await this.processor.receive(body);
      if (problem) throw failure(problem);
    }
  }
  // What is no decorator is told at boot, with all other problems.
  for (const decorate of [decorators].flat()) if (typeof decorate === 'function') decorate(OttuWebhooksController);
  return OttuWebhooksController;
}

/** The answers that are not 200, by their `errorCode`. */
const FAILURES = {
  not_json: [400, 'The body must be a JSON object, sent as application/json.'],
  too_large: [413, `The body must not have more than ${MAX_KIB} KiB, nor nest deeper than ${MAX_DEPTH} levels.`],
  invalid_signature: [401, 'The signature does not hold.'],
  not_handled: [500, 'The event is not handled yet.'],
  misconfigured: [500, 'The endpoint is not set up correctly.'],
} as const;

export function failure(errorCode: keyof typeof FAILURES): HttpException {
  const [statusCode, message] = FAILURES[errorCode];
  return new HttpException({ statusCode, errorCode, message }, statusCode);
}

/** Whether the request has a body that says it is JSON. */
function isJson(headers: Readonly<Record<string, unknown>>): boolean {
  const isEmpty = (headers['content-length'] ?? '0') === '0' && headers['transfer-encoding'] === undefined;
  return !isEmpty && /^application\/json\s*(?:;|$)/i.test(String(headers['content-type']));
}

/** By Content-Length where that counts what was parsed: not where the body came in chunks or compressed. */
function sizeOf(headers: Readonly<Record<string, unknown>>, body: unknown): number {
  if (isDeep(body)) return Infinity;
  const length = Number(headers['content-length'] ?? NaN);
  const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
  if (!Number.isNaN(length) && isPlain) return length;
  return Math.max(length || 0, Buffer.byteLength(JSON.stringify(body) ?? ''));
}

/** Level by level: a recursion would overflow. */
function isDeep(body: unknown): boolean {
  let level = [body].filter(isContainer);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === MAX_DEPTH) return true;
    level = level.flatMap((value) => Object.values(value).filter(isContainer));
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value);
}
