import { tracingChannel } from 'node:diagnostics_channel';
import { Logger } from '@nestjs/common';
import type { OttuOperation } from '../common/limiter.js';
import { publishTrace } from '../common/tracing.js';
import { OttuError } from '../errors/ottu.error.js';
import { logLine } from './log-line.js';

/**
 * What is published of one `list`, `find` or `delete` on the tracing channel `nestjs-ottu-cards:call`: one object for
 * all its events. Templates, codes and counts: no key, no token, no id of a card or a customer, no name, no body.
 */
export interface OttuCallTrace {
  readonly operation: OttuOperation;
  /** The `name` that the module is registered under. */
  readonly merchant?: string | undefined;
  readonly env: string;
  /** The template of the address: `/b/pbl/v2/card/{token}/`. */
  readonly route: string;
  /** How many requests this call has sent so far. */
  attempts: number;
  /** The HTTP status of Ottu's last answer. */
  status?: number | undefined;
  /** The class of the error that the call ends with; `AbortError` where the caller's signal ends it. */
  error?: string | undefined;
  /** Who gave the answer: Ottu, a cache, or the request of another caller who wants the same list at this moment. */
  source: 'ottu' | 'cache' | 'shared';
  /** Known at the end: 0 before. */
  durationMs: number;
}

/** What all calls of one module instance have in common. */
export interface TracedMerchant {
  /** The name that the module is registered under. */
  readonly name?: string | undefined;
  readonly env: string;
  readonly logger: Logger;
}

/** One for the process: whoever subscribes by its name hears all module instances. */
const channel = tracingChannel<unknown, OttuCallTrace>('nestjs-ottu-cards:call');

/**
 * Does a call and reports it: to the subscribers of the tracing channel, and in one line to the log at level `debug`.
 * Where neither is wanted, nothing is made for it and `work` gets no trace to complete.
 */
export function traceCall<T>(
  { name: merchant, env, logger }: TracedMerchant,
  { operation, route }: Pick<OttuCallTrace, 'operation' | 'route'>,
  work: (trace?: OttuCallTrace) => Promise<T>,
): Promise<T> {
  const isLogged = Logger.isLevelEnabled('debug');
  if (!isLogged && !channel.hasSubscribers) return work();
  const trace: OttuCallTrace = { operation, merchant, env, route, attempts: 0, source: 'ottu', durationMs: 0 };
  return publishTrace(channel, trace, async () => {
    const startedAt = performance.now();
    try {
      return await work(trace);
    } catch (error) {
      trace.error = OttuError.is(error) ? error.name : 'AbortError';
      throw error;
    } finally {
      trace.durationMs = performance.now() - startedAt;
      if (isLogged) logger.debug(lineOf(trace));
    }
  });
}

function lineOf({ operation, source, status, error, attempts, durationMs }: OttuCallTrace): string {
  return logLine('call', { operation, source, status, error, attempts, ms: Math.round(durationMs) });
}
