import type { HttpService } from '@nestjs/axios';
import type { Logger } from '@nestjs/common';
import type { OttuError } from '../errors/ottu.error.js';
import { UnexpectedShapeError } from '../errors/unexpected-shape.error.js';
import type { CallScope } from './call-scope.js';
import { Exchange } from './exchange.js';
import { badResponse, deleteUnknown, failureError, gateClosed, shuttingDown, timedOut } from './failure-error.js';
import { codeOf, logLine } from './log-line.js';
import type { OttuCall } from './ottu-call.js';
import type { Outcome } from './outcome.js';
import type { QuotaGate } from './quota-gate.js';
import type { RetryBudget } from './retry-budget.js';
import { mayAskForPause, parseRetryAfter, type Retry, retryDelayMs } from './retry-policy.js';
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
  /** An equal share of the call's time. */
  private readonly attemptMs: number;
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
    this.attemptMs = scope.timeoutMs / (context.maxRetries + 1);
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
    const waitMs = gate.waitMs(performance.now());
    if (waitMs === undefined) return apiKey;
    throw this.mayHaveActed ? this.ended() : gateClosed(target, waitMs, attempts);
  }

  private async attempt(apiKey: string): Promise<Outcome> {
    const { call, attemptMs: timeoutMs } = this;
    const needsFreshSocket = this.retries.includes('now');
    const exchange = new Exchange({ effect: call.effect, timeoutMs, needsFreshSocket });
    const request: ExchangeRequest = {
      method: call.method,
      url: call.path,
      data: call.body,
      headers: { Authorization: `Api-Key ${apiKey}`, ...(call.body === undefined ? {} : JSON_BODY) },
      exchange,
    };
    this.attempts += 1;
    this.context.http.axiosRef.request(request).catch(() => exchange.refuse()); // an error of axios would carry the key
    return this.scope.during(exchange.outcome, () => exchange.stop());
  }

  private succeed(answer: unknown, outcome: Outcome): T {
    try {
      const result = this.call.read(answer);
      this.context.budget.earn();
      return result;
    } catch (error) {
      if (!(error instanceof UnexpectedShapeError)) throw error;
      this.logRefusal(error.message);
      const status = outcome.kind === 'answered' ? outcome.status : undefined;
      throw badResponse(this.target, `is of another shape: ${error.message}`, { attempts: this.attempts, status });
    }
  }

  /** Waits for the next attempt, or throws what the call ends with. */
  private async pause(failure: Failure, outcome: Outcome, apiKey: string): Promise<void> {
    const { budget, gate, logger, maxRetries } = this.context;
    const { attempts: attempt, retries, scope, target: call } = this;
    const retryAfterMs = outcome.kind === 'answered' ? parseRetryAfter(outcome.retryAfter, Date.now()) : undefined;
    const delayMs = retryDelayMs(failure.retry, retries, retryAfterMs, Math.random());
    const mayRetry = !scope.ending && attempt <= maxRetries && delayMs !== undefined && delayMs < scope.remainingMs;
    if (!mayRetry || !budget.spend()) {
      if (retryAfterMs !== undefined && mayAskForPause(failure.retry)) gate.close(retryAfterMs, performance.now());
      throw this.failed(failure, outcome, retryAfterMs, apiKey);
    }
    const reason = failure.kind;
    logger.debug(logLine('retry', { call, reason, code: codeOf(outcome), attempt, delayMs: Math.round(delayMs) }));
    retries.push(failure.retry);
    await scope.sleep(delayMs);
  }

  private failed(failure: Failure, outcome: Outcome, retryAfterMs: number | undefined, apiKey: string): OttuError {
    const { attempts, attemptMs, call } = this;
    if (failure.kind === 'bad-response') this.logRefusal(failure.why);
    if (this.mayHaveActed || this.scope.ending) {
      return this.ended(outcome.kind === 'answered' ? outcome.status : undefined);
    }
    return failureError({ call, failure, outcome, attempts, attemptMs, retryAfterMs, apiKey });
  }

  /** The call is over whatever its last attempt came to. */
  private ended(status?: number): OttuError {
    const { attempts, scope, target } = this;
    if (this.mayHaveActed) return deleteUnknown(target, { attempts, status });
    if (scope.ending === 'shutdown') return shuttingDown(target, attempts);
    return timedOut(target, scope.timeoutMs, { attempts }); // a caller who aborted gets his own reason instead
  }

  private logRefusal(why: string | undefined): void {
    this.context.logger.warn(logLine('refused-answer', { call: this.target, why, attempts: this.attempts }));
  }
}
