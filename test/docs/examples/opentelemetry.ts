// #region spans
import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import { metrics, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { OttuCallTrace } from 'nestjs-ottu-cards';

/**
 * Call it once, after the SDK has started.
 *
 * @param host of your Ottu account
 * @returns a function that ends it
 */
export function observeOttu(host: string): () => void {
  const tracer = trace.getTracer('nestjs-ottu-cards');
  const duration = metrics.getMeter('nestjs-ottu-cards').createHistogram('http.client.request.duration', { unit: 's' });
  const spans = new WeakMap<OttuCallTrace, Span>();

  const attributesOf = (call: OttuCallTrace) => ({
    'http.request.method': call.operation === 'delete' ? 'DELETE' : 'POST',
    'url.template': call.route,
    'server.address': host,
    ...(call.status !== undefined && { 'http.response.status_code': call.status }),
    ...(call.error !== undefined && { 'error.type': call.error }),
    ...(call.merchant !== undefined && { 'ottu.merchant': call.merchant }),
  });

  const channel: TracingChannel<unknown, OttuCallTrace> = tracingChannel('nestjs-ottu-cards:call');
  const subscribers: Parameters<typeof channel.subscribe>[0] = {
    start: (call) => {
      const attributes = { ...attributesOf(call), 'ottu.operation': call.operation, 'ottu.env': call.env };
      const name = `${attributes['http.request.method']} ${call.route}`;
      spans.set(call, tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }));
    },
    asyncEnd: (call) => {
      if (call.attempts > 0) duration.record(call.durationMs / 1_000, attributesOf(call));
      const span = spans.get(call)?.setAttributes({ ...attributesOf(call), 'ottu.source': call.source });
      // a delete by id begins with a list: its second request is no retry
      if (call.operation !== 'delete' && call.attempts > 1)
        span?.setAttribute('http.request.resend_count', call.attempts - 1);
      if (call.error !== undefined) span?.setStatus({ code: SpanStatusCode.ERROR });
      span?.end();
    },
    end: nothing,
    error: nothing,
    asyncStart: nothing,
  };
  channel.subscribe(subscribers);
  return () => channel.unsubscribe(subscribers);
}

function nothing(): void {
  // the two events above are enough
}
// #endregion

// #region undici
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';

/** @param origin of your Ottu account, such as `https://pay.shop.example` */
export function undiciWithoutOttu(origin: string): UndiciInstrumentation {
  return new UndiciInstrumentation({ ignoreRequestHook: (request) => request.origin === origin });
}
// #endregion
