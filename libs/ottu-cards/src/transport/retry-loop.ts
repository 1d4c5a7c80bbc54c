import type { AxiosInstance } from 'axios';
import type { Deadline } from '../common/deadline.js';
import { withoutPrototype } from '../common/without-prototype.js';
import type { OttuError } from '../errors/ottu.error.js';
import { UnexpectedShapeError } from '../errors/errors.js';
import type { AttemptResult } from './attempt-result.js';
import {
  badResponse,
  deleteUnknown,
  failureError,
  gateClosed,
  limitReached,
  shuttingDown,
  timedOut,
} from './call-errors.js';
import { classify, type Failure } from './classify-result.js';
import type { LimiterCheck } from './limiter.js';
import { type LineLogger, logLine } from './log-line.js';
import type { OttuCallTrace } from './observability.js';
import type { OttuCall } from './ottu-call.js';
import { parseRetryAfter } from './retry-after.js';
import { holdsForAllCalls, type RateLimitGate, type Retry, type RetryBudget, retryDelayMs } from './retry-policy.js';
import { Attempt, type AttemptConfig } from './undici.adapter.js';

/** What all calls of one module instance share. */
export interface RetryLoopContext {
  readonly axios: AxiosInstance;
  readonly budget: RetryBudget;
  readonly gate: RateLimitGate;
  /** Where the application has one. */
  readonly limiter: LimiterCheck | undefined;
  readonly logger: LineLogger;
  readonly maxRetries: number;
}

/** One call: attempt after attempt, until one decides it or no further one is allowed. */
export class RetryLoop<T> {
  private readonly target: string;
  /** An equal share of the call's time. */
  private readonly attemptMs: number;
  private readonly retries: Retry[] = [];
  private attempts = 0;
  /** An earlier attempt of this delete may have reached Ottu: from then on only a 404 tells that it is done. */
  private mayHaveActed = false;

  /**
   * @param apiKey empty where the deadline ended before it was known: then nothing is sent
   * @param trace counts the requests and keeps the last status, where somebody wants to know
   */
  constructor(
    private readonly call: OttuCall<T>,
    private readonly deadline: Deadline,
    private readonly apiKey: string,
    private readonly context: RetryLoopContext,
    private readonly trace?: OttuCallTrace,
  ) {
    this.target = `${call.method} ${call.route}`;
    this.attemptMs = deadline.timeoutMs / (context.maxRetries + 1);
  }

  async run(): Promise<T> {
    for (;;) {
      await this.admit();
      const result = await this.attempt();
      const outcome = classify(this.call.effect, result);
      if (result.status !== undefined) {
        this.context.gate.onResponse(result.status);
        if (this.trace) this.trace.status = result.status;
      }
      if (outcome.kind === 'success') return this.read(outcome.answer, result.status);
      if (outcome.kind === 'not-found' && this.mayHaveActed) return this.read(undefined, result.status);
      this.mayHaveActed ||= this.call.effect === 'delete' && outcome.mayHaveActed;
      await this.pause(outcome, result);
    }
  }

  /** Throws where the next attempt may not start. */
  private async admit(): Promise<void> {
    const { attempts, call, deadline, target } = this;
    const { gate, limiter } = this.context;
    if (deadline.ended) throw this.ended();
    if (limiter && gate.peekMs(performance.now()) === undefined) {
      const reached = await limiter.ask(call.operation, deadline);
      if (deadline.ended) throw this.ended();
      if (reached) throw this.heldBack(limitReached(target, reached.retryAfterMs, attempts));
    }
    const waitMs = gate.waitMs(performance.now()); // it may have closed in the meantime
    if (waitMs !== undefined) throw this.heldBack(gateClosed(target, waitMs, attempts));
  }

  /** No further attempt is allowed: that says nothing of a delete that an earlier one may have carried out. */
  private heldBack(error: OttuError): OttuError {
    return this.mayHaveActed ? this.ended() : error;
  }

  private async attempt(): Promise<AttemptResult> {
    const { apiKey, attemptMs: timeoutMs, call, context, deadline, trace } = this;
    const { method, path, body } = call;
    const headers = [
      ['Accept', 'application/json'],
      ['Accept-Encoding', 'identity'], // without it any coding would be allowed: RFC 9110, 12.5.3
      ...(body === null ? [] : [['Content-Type', 'application/json']]),
      ['User-Agent', 'nestjs-ottu-cards'],
      ['Authorization', `Api-Key ${apiKey}`],
    ].flat();
    const freshConnection = this.retries.includes('immediately');
    const attempt = new Attempt({ method, path, headers, body }, { timeoutMs, deadline, freshConnection });
    this.attempts += 1;
    if (trace) trace.attempts += 1;
    try {
      const config: AttemptConfig = { attempt };
      return (await context.axios.request<AttemptResult>(config)).data;
    } catch {
      attempt.stop();
      return withoutPrototype({ kind: 'broken', code: 'CLIENT', stale: false }); // what axios threw is never shown
    }
  }

  private read(answer: unknown, status: number | undefined): T {
    try {
      const value = this.call.read(answer);
      this.context.budget.earn();
      return value;
    } catch (error) {
      if (!(error instanceof UnexpectedShapeError)) throw error;
      this.logRefusal(error.message);
      throw badResponse(this.target, `is of another shape: ${error.message}`, { attempts: this.attempts, status });
    }
  }

  /** Waits for the next attempt, or throws what the call ends with. */
  private async pause(failure: Failure, result: AttemptResult): Promise<void> {
    const { budget, gate, logger, maxRetries } = this.context;
    const { attempts: attempt, deadline, retries, target: call } = this;
    const retryAfterMs = parseRetryAfter(result.retryAfter, Date.now());
    const delayMs = retryDelayMs(failure.retry, retries, retryAfterMs, Math.random());
    const mayRetry =
      !deadline.ended && attempt <= maxRetries && delayMs !== undefined && delayMs < deadline.remainingMs;
    if (!mayRetry || !budget.spend()) {
      if (retryAfterMs !== undefined && holdsForAllCalls(failure.retry)) gate.close(retryAfterMs, performance.now());
      throw this.failed(failure, result, retryAfterMs);
    }
    const reason = failure.kind;
    const code = 'code' in result ? result.code : (result.status ?? 'LATE');
    logger.debug(logLine('retry', { call, reason, code, attempt, delayMs: Math.round(delayMs) }));
    retries.push(failure.retry);
    await deadline.sleep(delayMs);
  }

  private failed(failure: Failure, result: AttemptResult, retryAfterMs: number | undefined): OttuError {
    const { apiKey, attempts, attemptMs, call, deadline } = this;
    if (failure.kind === 'bad-response') this.logRefusal(failure.why);
    if (this.mayHaveActed || deadline.ended) return this.ended(result.status);
    return failureError({ call, failure, result, attempts, attemptMs, retryAfterMs, apiKey });
  }

  /** The call is over, whatever its last attempt came to. */
  private ended(status?: number): OttuError {
    const { attempts, call, deadline, target } = this;
    if (this.mayHaveActed) return deleteUnknown(call, { attempts, status });
    if (deadline.ended === 'shutdown') return shuttingDown(target, attempts);
    return timedOut(target, deadline.timeoutMs, { attempts }); // a caller who aborted gets his own reason instead
  }

  private logRefusal(why: string | undefined): void {
    this.context.logger.warn(logLine('refused-answer', { call: this.target, why, attempts: this.attempts }));
  }
}
