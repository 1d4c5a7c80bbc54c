import type { HttpService } from '@nestjs/axios';
import { Logger } from '@nestjs/common';
import { AttemptLoop } from './attempt-loop.js';
import { CallScope } from './call-scope.js';
import { logLine } from './log-line.js';
import type { CallOptions, OttuCall } from './ottu-call.js';
import { QuotaGate } from './quota-gate.js';
import { RetryBudget } from './retry-budget.js';

/** What the transport needs to know; the module resolves it. */
export interface TransportOptions {
  /** A function is asked once per call and must give a sound key or reject with an `OttuConfigError`. */
  readonly apiKey: string | (() => Promise<string>);
  readonly timeoutMs: number;
  readonly maxRetries: number;
}

const CLOSE_POLL_MS = 20;

/** Sends calls to Ottu and settles each within its deadline, whatever the peer does. Knows no card. */
export class OttuTransport {
  private readonly logger = new Logger('OttuCards');
  private readonly budget = new RetryBudget();
  private readonly gate = new QuotaGate((event, facts) =>
    event === 'gate-closed' ? this.logger.warn(logLine(event, facts)) : this.logger.log(logLine(event)),
  );
  private readonly running = new Set<CallScope>();
  private closed = false;

  constructor(
    private readonly http: HttpService,
    private readonly options: TransportOptions,
  ) {}

  async send<T>(call: OttuCall<T>, { signal, timeoutMs = this.options.timeoutMs }: CallOptions = {}): Promise<T> {
    const scope = new CallScope(timeoutMs, signal);
    this.running.add(scope);
    if (this.closed) scope.end('shutdown');
    try {
      const { http, budget, gate, logger } = this;
      const { apiKey: key, maxRetries } = this.options;
      const apiKey = typeof key === 'string' ? key : await scope.race(key);
      return await new AttemptLoop(call, scope, { http, budget, gate, logger, maxRetries, apiKey }).run();
    } catch (error) {
      throw scope.ending === 'caller' ? signal?.reason : error;
    } finally {
      this.running.delete(scope);
      scope.release();
    }
  }

  /** Takes no further calls, gives those in flight `graceMs` to settle, then ends them. */
  async close(graceMs: number): Promise<void> {
    this.closed = true;
    const grace = new CallScope(graceMs, undefined);
    while (this.running.size > 0 && !grace.ending) await grace.sleep(CLOSE_POLL_MS);
    grace.release();
    for (const scope of this.running) scope.end('shutdown');
  }
}
