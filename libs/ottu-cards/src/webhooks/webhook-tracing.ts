import { tracingChannel } from 'node:diagnostics_channel';
import { publishTrace } from '../common/tracing.js';
import type { WebhookMethod } from './webhook-events.js';
import type { WebhookScheme } from './signed-fields.wire.js';
import type { WebhookJob } from './webhook-queue.js';

/**
 * What is published of each call of a handler's method on the tracing channel `nestjs-ottu-cards:webhook`: one object for
 * all its events. No id, no field of the payment but its result.
 */
export interface OttuWebhookTrace {
  readonly scheme: WebhookScheme;
  /** Ottu's word for what became of the payment; `other` for what is no such word. */
  readonly result: string;
  readonly method: WebhookMethod;
  /** Known at the end. `failed`: the method threw, or took too long. */
  outcome?: 'handled' | 'failed' | undefined;
  /** Which attempt this is: 1 for the first. */
  readonly attempts: number;
}

/** One for the process: whoever subscribes by its name hears all mounted webhooks. */
const channel = tracingChannel<unknown, OttuWebhookTrace>('nestjs-ottu-cards:webhook');

/** Where nobody has subscribed, nothing is made for it. */
export function traceHandler(job: WebhookJob, attempts: number, call: () => Promise<void>): Promise<void> {
  if (!channel.hasSubscribers) return call();
  const { method, event } = job;
  const result = /^[a-z_]{1,20}$/.test(event.result ?? '') ? String(event.result) : 'other';
  const trace: OttuWebhookTrace = { scheme: event.scheme, result, method, attempts };
  return publishTrace(channel, trace, async () => {
    try {
      await call();
      trace.outcome = 'handled';
    } catch (error) {
      trace.outcome = 'failed';
      throw error;
    }
  });
}
