// #region prometheus
import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import type { OttuCallTrace, UserCardsService } from 'nestjs-ottu-cards';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Call it once, when the application has started. @returns a function that ends it */
export function measureOttu(cards: UserCardsService, register: Registry): () => void {
  const registers = [register];
  const calls = new Histogram({
    name: 'ottu_call_duration_seconds',
    help: 'Calls of UserCardsService; error is empty for a success',
    labelNames: ['merchant', 'operation', 'source', 'error'] as const,
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 12],
    registers,
  });
  const requests = new Counter({
    name: 'ottu_requests_total',
    help: 'Requests sent to Ottu, retries included',
    labelNames: ['merchant', 'operation'] as const,
    registers,
  });
  const limited: Gauge = new Gauge({
    name: 'ottu_rate_limited_seconds',
    help: 'How long calls still fail without a request, because Ottu asked for a pause',
    registers: [],
    collect: () => limited.set((cards.status().rateLimitedForMs ?? 0) / 1_000),
  });
  register.registerMetric(limited);

  const channel: TracingChannel<unknown, OttuCallTrace> = tracingChannel('nestjs-ottu-cards:call');
  const subscribers: Parameters<typeof channel.subscribe>[0] = {
    asyncEnd: ({ merchant = '', operation, source, error = '', attempts, durationMs }) => {
      calls.observe({ merchant, operation, source, error }, durationMs / 1_000);
      requests.inc({ merchant, operation }, attempts);
    },
    start: nothing,
    end: nothing,
    error: nothing,
    asyncStart: nothing,
  };
  channel.subscribe(subscribers);
  return () => channel.unsubscribe(subscribers);
}

function nothing(): void {
  // the end of a call is enough
}
// #endregion
