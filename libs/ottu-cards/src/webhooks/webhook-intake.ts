import { HttpException, HttpStatus, type Logger } from '@nestjs/common';
import type { CardSavedRuns } from './card-saved.runs.js';
import type { ResolvedWebhooksOptions } from './ottu-webhooks.resolved-options.js';
import { isRecord } from '../common/is-record.js';
import { within } from './waiting.js';
import { eventId, signatureOf, verifyWebhook } from './webhook-signature.js';
import { readWebhook } from './webhook.wire.js';

const MAX_BYTES = 64 * 1024;

/** A request to the webhook, as far as it is looked at. */
export interface WebhookRequest {
  readonly contentType: string | undefined;
  readonly contentLength: string | undefined;
  /** As the application's body parser left it. */
  readonly body: unknown;
}

/** From a request to its answer: 200 by returning, everything else by an `HttpException` that says nothing of it. */
export class WebhookIntake {
  constructor(
    private readonly options: ResolvedWebhooksOptions,
    private readonly runs: CardSavedRuns,
    private readonly answerWithinMs: number,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  async receive({ contentType, contentLength, body }: WebhookRequest): Promise<void> {
    if (Number(contentLength ?? jsonLength(body)) > MAX_BYTES) throw tooLarge();
    const isJson = contentLength !== '0' && /^application\/(?:[\w.-]+\+)?json\b/i.test(contentType ?? '');
    if (!isJson || !isRecord(body)) throw notJson();
    const signature = signatureOf(body);
    const scheme = verifyWebhook({ payload: body, hmacKey: this.options.hmacKeys });
    if (signature === undefined || scheme === undefined) {
      this.logger.warn('Refused a webhook: its signature holds under no scheme with hmacKey.');
      throw failure(HttpStatus.UNAUTHORIZED, 'invalid_signature', 'The signature does not hold.');
    }
    const { isSuccess, card: claimed, signed, claims } = readWebhook(body, scheme);
    if (!isSuccess || claimed === 'none') return;
    if (claimed === 'unreadable') {
      this.logger.warn('Ignored a signed webhook: the token or the customer id in it cannot be one of Ottu’s.');
      return;
    }
    const id = eventId(signature, claimed.token);
    const delivered = this.runs.deliver({ id, scheme, signature, claimed, signed, claims });
    const finished = await within(this.answerWithinMs, delivered);
    if (finished?.value !== true) {
      throw failure(HttpStatus.INTERNAL_SERVER_ERROR, 'not_handled', 'The event is not handled yet.');
    }
  }
}

export function notJson(): HttpException {
  return failure(HttpStatus.BAD_REQUEST, 'not_json', 'The body must be a JSON object, sent as application/json.');
}

export function tooLarge(): HttpException {
  return failure(HttpStatus.PAYLOAD_TOO_LARGE, 'too_large', 'The body must not have more than 64 KiB.');
}

function failure(statusCode: number, errorCode: string, message: string): HttpException {
  return new HttpException({ statusCode, errorCode, message }, statusCode);
}

/** For a body that came in chunks. What nests too deep to be written again is no webhook. */
function jsonLength(body: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(body) ?? '');
  } catch {
    return Infinity;
  }
}
