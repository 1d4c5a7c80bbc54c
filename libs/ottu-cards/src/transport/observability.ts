// What is told about calls: tracing events, a log line for each, and the status.

import { tracingChannel } from 'node:diagnostics_channel';
import { Logger } from '@nestjs/common';
import { publishTrace } from '../common/tracing.js';
import { OttuConfigError, OttuNotFoundError } from '../errors/errors.js';
import { OttuError } from '../errors/ottu.error.js';
import { type LineLogger, logLine } from './log-line.js';
import type { OttuOperation } from './ottu-call.js';

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
  /** How many attempts this call has made so far, those without a connection included. */
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
  readonly logger: LineLogger;
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
      if (isLogged) {
        const { source, status, error, attempts, durationMs } = trace;
        logger.debug(logLine('call', { operation, source, status, error, attempts, ms: Math.round(durationMs) }));
      }
    }
  });
}

/** How calls to Ottu have gone lately, as this process has seen it. */
export interface UserCardsStatus {
  /** How long calls fail without a request, because Ottu asked for a pause. Absent when it did not. */
  readonly rateLimitedForMs?: number;
  readonly lastSuccessAt?: Date;
  /** The last failure, also where calls have succeeded since; `error` is its class. */
  readonly lastFailure?: { readonly error: string; readonly at: Date };
  /** Failures since the last success. */
  readonly failuresInARow: number;
}

/** Counts calls that Ottu or the network ended. */
export class CallStatus {
  private lastSuccessAt: Date | undefined;
  private lastFailure: UserCardsStatus['lastFailure'];
  private failuresInARow = 0;

  succeeded(): void {
    this.lastSuccessAt = new Date();
    this.failuresInARow = 0;
  }

  /** Leaves out what says nothing of Ottu: wrong arguments, a card that is not there, a request that was never sent. */
  failed(error: OttuError): void {
    if (OttuNotFoundError.is(error) || (error.attempts === 0 && !OttuConfigError.is(error))) return;
    this.lastFailure = { error: error.name, at: new Date() };
    this.failuresInARow += 1;
  }

  read(rateLimitedForMs: number | undefined): UserCardsStatus {
    const { lastSuccessAt, lastFailure, failuresInARow } = this;
    return {
      ...(rateLimitedForMs !== undefined && { rateLimitedForMs }),
      ...(lastSuccessAt && { lastSuccessAt }),
      ...(lastFailure && { lastFailure }),
      failuresInARow,
    };
  }
}
