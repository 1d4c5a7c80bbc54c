import type { HttpService } from '@nestjs/axios';
import { Logger } from '@nestjs/common';
import type { OttuError } from '../errors/ottu.error.js';
import { UntrustedShape } from '../errors/untrusted-shape.js';
import type { CallScope } from './call-scope.js';
import { Exchange } from './exchange.js';
import {
  badResponse,
  deleteUnknown,
  type FailedCall,
  failureError,
  gateClosed,
  shuttingDown,
  timedOut,
} from './failure-error.js';
import type { OttuCall } from './ottu-call.js';
import type { Outcome } from './outcome.js';
import type { QuotaGate } from './quota-gate.js';
import type { RetryBudget } from './retry-budget.js';
import { parseRetryAfter, type Retry, retryDelayMs } from './retry-policy.js';
import type { ExchangeRequest } from './undici.adapter.js';
import { type Failure, judge } from './verdict.js';

const JSON_BODY = { 'Content-Type': 'application/json' };

/** What all calls of one module instance share, and this call's key: none where the call ended before it was known. */
export interface LoopContext {
  readonly http: HttpService;
  readonly budget: RetryBudget;
  readonly gate: QuotaGate;
  readonly logger: Logger;
  readonly maxRetries: number;
  readonly apiKey: string | undefined;
}

/** One call: attempt after attempt, until one decides it or no further one is allowed. */
export class AttemptLoop<T> {
  private readonly target: string;
  private readonly retries: Retry[] = [];
  private attempts = 0;
  /** An earlier attempt of this delete may have reached Ottu: from then on only "it is gone" is certain. */
  private mayHaveActed = false;

  constructor(
    private readonly call: OttuCall<T>,
    private readonly scope: CallScope,
    private readonly context: LoopContext,
  ) {
    this.target = `${call.method} ${call.route}`;
  }

  async run(): Promise<T> {
    for (;;) {
      const apiKey = this.admit();
      const outcome = await this.attempt(apiKey);
      const verdict = judge(this.call.effect, outcome);
      if (outcome.kind === 'answered') this.context.gate.heard(outcome.status);
      if (verdict.kind === 'success') return this.succeed(verdict.answer, outcome);
      if (verdict.kind === 'not-found' && this.mayHaveActed) return this.succeed(undefined, outcome);
      this.mayHaveActed ||= this.call.effect === 'delete' && verdict.mayHaveActed;
      await this.pause(verdict, outcome, apiKey);
    }
  }

  /** The key, when the next attempt may start. */
  private admit(): string {
    const { apiKey, gate } = this.context;
    const { attempts, target } = this;
    if (this.scope.ending || apiKey === undefined) throw this.ended();
    const waitMs = gate.waitMs(Date.now());
    if (waitMs === undefined) return apiKey;
    throw this.mayHaveActed ? deleteUnknown(target, { attempts }) : gateClosed(target, waitMs, attempts);
  }

  private async attempt(apiKey: string): Promise<Outcome> {
    const { http, maxRetries } = this.context;
    const { call, scope } = this;
    const exchange = new Exchange(call.effect, Math.min(scope.timeoutMs / (maxRetries + 1), scope.remainingMs));
    const request: ExchangeRequest = {
      method: call.method,
      url: call.path,
      data: call.body,
      headers: { Authorization: `Api-Key ${apiKey}`, ...(call.body === undefined ? {} : JSON_BODY) },
      exchange,
    };
    this.attempts += 1;
    http.axiosRef.request(request).catch(() => exchange.refuse()); // an error of axios would carry the key
    return scope.during(exchange.outcome, () => exchange.stop());
  }

  private succeed(answer: unknown, outcome: Outcome): T {
    this.context.budget.earn();
    try {
      return this.call.read(answer);
    } catch (error) {
      if (!(error instanceof UntrustedShape)) throw error;
      this.context.logger.warn(`refused-answer ${this.target} ${error.message}`);
      const status = outcome.kind === 'answered' ? outcome.status : undefined;
      throw badResponse(this.target, `is of another shape: ${error.message}`, { attempts: this.attempts, status });
    }
  }

  /** Waits for the next attempt, or throws what the call ends with. */
  private async pause(failure: Failure, outcome: Outcome, apiKey: string): Promise<void> {
    const { budget, gate, logger, maxRetries } = this.context;
    const retryAfterMs = retryAfterOf(outcome);
    const delayMs = retryDelayMs(failure.retry, this.retries, retryAfterMs, Math.random());
    const mayRetry = !this.scope.ending && this.attempts <= maxRetries && delayMs !== undefined;
    if (!mayRetry || delayMs >= this.scope.remainingMs || !budget.spend()) {
      if (retryAfterMs !== undefined && isPauseRequest(failure)) gate.close(retryAfterMs, Date.now());
      throw this.failed({ failure, outcome, retryAfterMs, apiKey });
    }
    logger.debug(`retry ${this.target} after=${failure.kind} attempt=${this.attempts} delayMs=${Math.round(delayMs)}`);
    this.retries.push(failure.retry);
    await this.scope.sleep(delayMs);
  }

  private failed(end: Pick<FailedCall, 'failure' | 'outcome' | 'retryAfterMs' | 'apiKey'>): OttuError {
    const { call, attempts, scope } = this;
    const status = end.outcome.kind === 'answered' ? end.outcome.status : undefined;
    if (this.mayHaveActed) return deleteUnknown(this.target, { attempts, status });
    if (scope.ending === 'shutdown') return shuttingDown(this.target, attempts);
    return failureError({ ...end, call, attempts, timeoutMs: scope.timeoutMs });
  }

  /** The call ended before this attempt could start. */
  private ended(): OttuError {
    const { attempts, scope, target } = this;
    if (this.mayHaveActed) return deleteUnknown(target, { attempts });
    return scope.ending === 'shutdown'
      ? shuttingDown(target, attempts)
      : timedOut(target, scope.timeoutMs, { attempts });
  }
}

function isPauseRequest({ retry }: Failure): boolean {
  return retry === 'as-told' || retry === 'throttled';
}

function retryAfterOf(outcome: Outcome): number | undefined {
  return outcome.kind === 'answered' ? parseRetryAfter(outcome.retryAfter, Date.now()) : undefined;
}
