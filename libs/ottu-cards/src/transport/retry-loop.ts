import type { AxiosInstance } from 'axios';
import type { Deadline } from '../common/deadline.js';
import type { OttuError } from '../errors/ottu.error.js';
import { UnexpectedShapeError } from '../errors/errors.js';
import { type AttemptResult, codeOf } from './attempt-result.js';
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
import { logLine } from './log-line.js';
import type { OttuCall } from './ottu-call.js';
import type { RateLimitGate } from './rate-limit-gate.js';
import { parseRetryAfter } from './retry-after.js';
import { holdsForAllCalls, type Retry, type RetryBudget, retryDelayMs } from './retry-policy.js';
import type { OttuCallTrace } from './tracing.js';
import type { AttemptRequest } from './undici.adapter.js';

/** What all calls of one module instance share. */
export interface RetryLoopContext {
  readonly axios: AxiosInstance;
  readonly budget: RetryBudget;
  readonly gate: RateLimitGate;
  /** Where the application has one. */
  readonly limiter: LimiterCheck | undefined;
  readonly logger: { debug(line: string): void; warn(line: string): void };
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
   * @param apiKey `undefined` where the deadline ended before it was known
   * @param trace counts the requests and keeps the last status, where somebody wants to know
   */
  constructor(
    private readonly call: OttuCall<T>,
    private readonly deadline: Deadline,
    private readonly apiKey: string | undefined,
    private readonly context: RetryLoopContext,
    private readonly trace?: OttuCallTrace,
  ) {
    this.target = `${call.method} ${call.route}`;
    this.attemptMs = deadline.timeoutMs / (context.maxRetries + 1);
  }

  async run(): Promise<T> {
    for (;;) {
      const apiKey = await this.admit();
      const result = await this.attempt(apiKey);
      const outcome = classify(this.call.effect, result);
      if (result.kind === 'answered') this.onResponse(result.status);
      if (outcome.kind === 'success') return this.succeed(outcome.answer, result);
      if (outcome.kind === 'not-found' && this.mayHaveActed) return this.succeed(undefined, result);
      this.mayHaveActed ||= this.call.effect === 'delete' && outcome.mayHaveActed;
      await this.pause(outcome, result, apiKey);
    }
  }

  /** The key, when the next attempt may start. */
  private async admit(): Promise<string> {
    const { apiKey, call, deadline, target } = this;
    const { gate, limiter } = this.context;
    if (deadline.ended || apiKey === undefined) throw this.ended();
    if (limiter && gate.peekMs(performance.now()) === undefined) {
      const reached = await limiter.ask(call.operation, deadline);
      if (deadline.ended) throw this.ended();
      if (reached) throw this.heldBack(limitReached(target, reached.retryAfterMs, this.attempts));
    }
    const waitMs = gate.waitMs(performance.now()); // it may have closed in the meantime
    if (waitMs === undefined) return apiKey;
    throw this.heldBack(gateClosed(target, waitMs, this.attempts));
  }

  /** No further attempt is allowed: that says nothing of a delete that an earlier one may have carried out. */
  private heldBack(error: OttuError): OttuError {
    return this.mayHaveActed ? this.ended() : error;
  }

  private onResponse(status: number): void {
    this.context.gate.onResponse(status);
    if (this.trace) this.trace.status = status;
  }

  private async attempt(apiKey: string): Promise<AttemptResult> {
    const { call, attemptMs: timeout, deadline } = this;
    const request: AttemptRequest = {
      method: call.method,
      url: call.path,
      data: call.body,
      headers: {
        Accept: 'application/json',
        'Accept-Encoding': 'identity', // without it any coding would be allowed: RFC 9110, 12.5.3
        ...(call.body !== undefined && { 'Content-Type': 'application/json' }),
        'User-Agent': 'nestjs-ottu-cards',
        Authorization: `Api-Key ${apiKey}`,
      },
      timeout,
      deadline,
      freshConnection: this.retries.includes('immediately'),
    };
    this.attempts += 1;
    if (this.trace) this.trace.attempts += 1;
    try {
      return (await this.context.axios.request<AttemptResult>(request)).data;
    } catch {
      return { kind: 'broken', code: 'CLIENT', stale: false }; // an error of axios would carry the key
    }
  }

  private succeed(answer: unknown, result: AttemptResult): T {
    try {
      const value = this.call.read(answer);
      this.context.budget.earn();
      return value;
    } catch (error) {
      if (!(error instanceof UnexpectedShapeError)) throw error;
      this.logRefusal(error.message);
      const status = result.kind === 'answered' ? result.status : undefined;
      throw badResponse(this.target, `is of another shape: ${error.message}`, { attempts: this.attempts, status });
    }
  }

  /** Waits for the next attempt, or throws what the call ends with. */
  private async pause(failure: Failure, result: AttemptResult, apiKey: string): Promise<void> {
    const { budget, gate, logger, maxRetries } = this.context;
    const { attempts: attempt, deadline, retries, target: call } = this;
    const retryAfterMs = result.kind === 'answered' ? parseRetryAfter(result.retryAfter, Date.now()) : undefined;
    const delayMs = retryDelayMs(failure.retry, retries, retryAfterMs, Math.random());
    const mayRetry =
      !deadline.ended && attempt <= maxRetries && delayMs !== undefined && delayMs < deadline.remainingMs;
    if (!mayRetry || !budget.spend()) {
      if (retryAfterMs !== undefined && holdsForAllCalls(failure.retry)) gate.close(retryAfterMs, performance.now());
      throw this.failed(failure, result, retryAfterMs, apiKey);
    }
    const reason = failure.kind;
    logger.debug(logLine('retry', { call, reason, code: codeOf(result), attempt, delayMs: Math.round(delayMs) }));
    retries.push(failure.retry);
    await deadline.sleep(delayMs);
  }

  private failed(failure: Failure, result: AttemptResult, retryAfterMs: number | undefined, apiKey: string): OttuError {
    const { attempts, attemptMs, call } = this;
    if (failure.kind === 'bad-response') this.logRefusal(failure.why);
    if (this.mayHaveActed || this.deadline.ended) {
      return this.ended(result.kind === 'answered' ? result.status : undefined);
    }
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
