import { HttpService } from '@nestjs/axios';
import { Deadline } from '../common/deadline.js';
import { OttuError } from '../errors/ottu.error.js';
import { ConnectionPool } from './connection-pool.js';
import { LimiterCheck, type OttuLimiter } from './limiter.js';
import type { LineLogger } from './log-line.js';
import { CallStatus, type OttuCallTrace, type UserCardsStatus } from './observability.js';
import type { CallOptions, OttuCall } from './ottu-call.js';
import { connector } from './proxy-tunnel.js';
import { RetryLoop, type RetryLoopContext } from './retry-loop.js';
import { RateLimitGate, RetryBudget } from './retry-policy.js';
import { axiosOver } from './undici.adapter.js';

/** What the transport needs to know; the module resolves it. */
export interface TransportOptions {
  readonly origin: string;
  readonly proxy: string | undefined;
  /** A function is asked once per call and must give a sound key or reject with an `OttuConfigError`. */
  readonly apiKey: string | (() => Promise<string>);
  readonly timeoutMs: number;
  readonly maxRetries: number;
  /** Asked before every request. */
  readonly limiter?: OttuLimiter | undefined;
}

/** Sends calls to Ottu and settles each within its deadline, whatever the peer does. Knows no card. */
export class OttuTransport {
  /** Not printed: what waits there, and what undici has under way, holds the key. */
  readonly #connections: ConnectionPool;
  private readonly context: RetryLoopContext;
  private readonly calls = new CallStatus();
  private running = 0;
  private onIdle: (() => void) | undefined;

  /** @param shutdown aborts when the application has no more time for calls */
  constructor(
    private readonly options: TransportOptions,
    logger: LineLogger,
    private shutdown: AbortSignal,
  ) {
    const { origin, proxy, limiter, maxRetries } = options;
    const connections = new ConnectionPool(origin, connector(proxy));
    const axios = axiosOver((attempt) => connections.dispatch(attempt));
    this.#connections = connections;
    this.context = {
      axios: new HttpService(axios).axiosRef, // the application's has interceptors, which could change a request
      budget: new RetryBudget(),
      gate: new RateLimitGate(logger),
      limiter: limiter && new LimiterCheck(limiter, origin, logger),
      logger,
      maxRetries,
    };
  }

  /** @param trace is told how many requests it took, and Ottu's last status */
  async send<T>(
    call: OttuCall<T>,
    { signal, timeoutMs = this.options.timeoutMs }: CallOptions = {},
    trace?: OttuCallTrace,
  ): Promise<T> {
    const deadline = new Deadline({ timeoutMs, signal, shutdown: this.shutdown });
    this.running += 1;
    try {
      const { apiKey: key } = this.options;
      const apiKey = typeof key === 'string' ? key : ((await deadline.race(key))?.value ?? '');
      const answer = await new RetryLoop(call, deadline, apiKey, this.context, trace).run();
      this.calls.succeeded();
      return answer;
    } catch (error) {
      if (deadline.ended === 'aborted') throw signal?.reason;
      if (OttuError.is(error) && deadline.ended !== 'shutdown') this.calls.failed(error);
      throw error;
    } finally {
      deadline.release();
      this.running -= 1;
      if (this.running === 0) this.onIdle?.();
    }
  }

  /** What calls have come to lately; asks nobody. */
  status(): UserCardsStatus {
    return this.calls.read(this.context.gate.remainingMs(performance.now()));
  }

  /** Sends calls again although Ottu asked for a pause. For tests, by way of `nestjs-ottu-cards/testing`. */
  endRateLimit(): void {
    this.context.gate.open();
  }

  /** Takes no further calls, waits for those that run (the shutdown signal ends them), then closes the connections. */
  async close(): Promise<void> {
    this.shutdown = AbortSignal.abort();
    await new Promise<void>((resolve) => {
      this.onIdle = resolve;
      if (this.running === 0) resolve();
    });
    await this.#connections.destroy();
  }
}
