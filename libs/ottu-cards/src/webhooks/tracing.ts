import { tracingChannel } from 'node:diagnostics_channel';
import { publishTrace } from '../common/tracing.js';
import { AttemptFailure } from './attempt-failure.js';
import type { WebhookScheme } from './webhook-signature.wire.js';
import type { WebhookMethod } from './webhook-events.js';
import type { WebhookJob } from './webhook-queue.js';

/**
 * What is published of each call of a handler's method on the tracing channel `nestjs-ottu-cards:webhook`: one object
 * for all its events. No id of an event, no token, no customer, no payload.
 */
export interface OttuWebhookTrace {
  /** The scheme that the signature held under. */
  readonly scheme: WebhookScheme;
  /** One of Ottu's documented words; `other` for any other, and absent where none was signed. */
  readonly result?: string | undefined;
  readonly method: WebhookMethod;
  /** Which attempt this is: 1 for the first. */
  readonly attempts: number;
  /** Known at the end. `failed`: the method threw; `hanging`: it did not settle within a minute. */
  outcome?: 'handled' | 'failed' | 'hanging' | 'shutdown' | undefined;
}

/** @see Ottu's guide to webhooks, seen 2026-11-20 */
const RESULTS = new Set(['success', 'failed', 'pending', 'canceled', 'error', 'cod']);

const channel = tracingChannel<unknown, OttuWebhookTrace>('nestjs-ottu-cards:webhook');

/** Calls the handler and tells the subscribers of the tracing channel; without one, nothing is made for it. */
export function traceHandler<T>({ method, event }: WebhookJob, attempts: number, work: () => Promise<T>): Promise<T> {
  if (!channel.hasSubscribers) return work();
  const { scheme, result } = event;
  const told = result === undefined || RESULTS.has(result) ? result : 'other';
  const trace: OttuWebhookTrace = { scheme, result: told, method, attempts, outcome: undefined };
  return publishTrace(channel, trace, async () => {
    try {
      const done = await work();
      trace.outcome = 'handled';
      return done;
    } catch (error) {
      trace.outcome = outcomeOf(error);
      throw error;
    }
  });
}

function outcomeOf(error: unknown): NonNullable<OttuWebhookTrace['outcome']> {
  const reason = error instanceof AttemptFailure ? error.reason : undefined;
  return reason === 'hanging' || reason === 'shutdown' ? reason : 'failed';
}
