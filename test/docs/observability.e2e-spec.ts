import { metrics, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { OttuCardsModule, UserCardsService } from 'nestjs-ottu-cards';
import { cardCache } from 'nestjs-ottu-cards/cache';
import { aCard } from 'nestjs-ottu-cards/testing';
import { Registry } from 'prom-client';
import { Test } from '@nestjs/testing';
import { closeAll, closeWithTest, startCards, startFake } from '../support/application.js';
import { CANARIES, leaksIn } from '../support/leaks.js';
import { HealthModule } from './examples/health.js';
import { observeOttu, undiciWithoutOttu } from './examples/opentelemetry.js';
import { measureOttu } from './examples/prometheus.js';

afterEach(closeAll);

const { customerId, token } = CANARIES;
const HOST = 'pay.shop.example';

describe('OpenTelemetry', () => {
  const spans = new InMemorySpanExporter();
  const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const tracing = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 3_600_000 });
  const metering = new MeterProvider({ readers: [reader] });

  let stop: (() => void) | undefined;

  beforeAll(() => {
    trace.setGlobalTracerProvider(tracing);
    metrics.setGlobalMeterProvider(metering);
    stop = observeOttu(HOST);
  });
  afterAll(async () => {
    stop?.();
    await metering.shutdown();
    await tracing.shutdown();
  });
  beforeEach(() => spans.reset());

  it('gets a span for each call, by the semantic conventions', async () => {
    const { fake, cards } = await startCards({ cache: cardCache() });
    fake.next({ status: 503 });
    await cards.list({ customerId });
    await cards.list({ customerId });
    await cards.delete({ customerId, token }).catch(() => 'there is no such card');

    const common = { 'server.address': HOST, 'ottu.env': 'sandbox' };
    const list = {
      ...common,
      'http.request.method': 'POST',
      'url.template': '/b/pbl/v2/card/',
      'ottu.operation': 'list',
    };
    expect(spans.getFinishedSpans().map(({ name, attributes, status }) => [name, attributes, status.code])).toEqual([
      [
        'POST /b/pbl/v2/card/',
        { ...list, 'http.response.status_code': 200, 'http.request.resend_count': 1, 'ottu.source': 'ottu' },
        0,
      ],
      ['POST /b/pbl/v2/card/', { ...list, 'ottu.source': 'cache' }, 0],
      [
        'DELETE /b/pbl/v2/card/{token}/',
        {
          ...common,
          'http.request.method': 'DELETE',
          'url.template': '/b/pbl/v2/card/{token}/',
          'ottu.operation': 'delete',
          'http.response.status_code': 404,
          'error.type': 'OttuNotFoundError',
          'ottu.source': 'ottu',
        },
        2,
      ],
    ]);

    await metering.forceFlush();
    const [metric] =
      points
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
    expect(metric?.descriptor).toMatchObject({ name: 'http.client.request.duration', unit: 's' });
    expect(metric?.dataPoints.map(({ attributes, value }) => [attributes['url.template'], value])).toEqual([
      ['/b/pbl/v2/card/', expect.objectContaining({ count: 1 })],
      ['/b/pbl/v2/card/{token}/', expect.objectContaining({ count: 1 })],
    ]);
  });

  it('has no resend for a delete by id, which begins with a list', async () => {
    const { fake, cards } = await startCards();
    fake.save(aCard({ customerId }));
    const [card] = await cards.list({ customerId });
    spans.reset();
    await cards.delete({ customerId, id: card?.id ?? '' });
    expect(spans.getFinishedSpans().map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([
      undefined,
    ]);
  });

  describe.each([
    ['as it comes', (): UndiciInstrumentation => new UndiciInstrumentation(), true],
    ['without Ottu', undiciWithoutOttu, false],
  ])('with the instrumentation of undici %s', (_, instrumentation, leaks) => {
    it(leaks ? 'shows token and customer' : 'shows neither token nor customer', async () => {
      const { fake, cards } = await startCards();
      fake.save(aCard({ customerId, token }));
      const undici = instrumentation(fake.url);
      undici.setTracerProvider(tracing);
      closeWithTest(async () => undici.disable());
      await cards.delete({ customerId, token });

      const finished = spans.getFinishedSpans();
      expect(leaksIn({ spans: JSON.stringify(finished.map(({ attributes }) => attributes)) })).toHaveLength(
        leaks ? leaksOfAddress(fake.received[0]?.target ?? '').length : 0,
      );
      expect(finished).toHaveLength(leaks ? 2 : 1);
      expect('traceparent' in (fake.received[0]?.headers ?? {})).toBe(false);
    });
  });
});

/** An address shows the token and the customer in more than one form. */
function leaksOfAddress(address: string): string[] {
  return leaksIn({ address });
}

it('measures for Prometheus', async () => {
  const { fake, cards } = await startCards({ maxRetries: 1 });
  const register = new Registry();
  const stop = measureOttu(cards, register);
  closeWithTest(async () => stop());
  await cards.list({ customerId });
  fake.next({ status: 500 });
  fake.next({ status: 500 });
  await cards.list({ customerId }).catch(() => 'Ottu is away');
  fake.next({ status: 429, headers: { 'retry-after': '3600' } });
  await cards.delete({ customerId, token }).catch(() => 'Ottu asks for a pause');

  const text = await register.metrics();
  const list = 'merchant="",operation="list",source="ottu"';
  expect(text).toContain(`ottu_call_duration_seconds_count{${list},error=""} 1`);
  expect(text).toContain(`ottu_call_duration_seconds_count{${list},error="OttuUnavailableError"} 1`);
  expect(text).toContain('ottu_requests_total{merchant="",operation="list"} 3');
  expect(Number(/ottu_rate_limited_seconds ([\d.]+)/.exec(text)?.[1])).toBeGreaterThan(3_500);
  expect(leaksIn({ text })).toEqual([]);
});

describe('the health indicator', () => {
  async function startShop() {
    const fake = await startFake();
    const ottu = OttuCardsModule.forRoot({ ...fake.options, isGlobal: true, maxRetries: 0 });
    const module = await Test.createTestingModule({ imports: [ottu, HealthModule] }).compile();
    const app = module.createNestApplication();
    app.useLogger(false);
    closeWithTest(() => app.close());
    await app.listen(0, '127.0.0.1');
    const health = `${await app.getUrl()}/health`;
    const probe = async (): Promise<{ status: number; ottu: unknown }> => {
      const answer = await fetch(health);
      const body: { details: { ottu: unknown } } = JSON.parse(await answer.text());
      return { status: answer.status, ottu: body.details.ottu };
    };
    const cards = app.get(UserCardsService);
    return { fake, cards, probe };
  }

  it('asks nobody, and is up before the first call', async () => {
    const { fake, probe } = await startShop();
    expect(await probe()).toEqual({ status: 200, ottu: { status: 'up', failuresInARow: 0 } });
    expect(fake.received).toEqual([]);
  });

  it.each([
    [401, 503, 'down'],
    [403, 503, 'down'],
    [500, 200, 'up'],
    [429, 200, 'up'],
    [400, 200, 'up'],
  ])('after an answer of %d it answers %d: %s', async (answer, probed, state) => {
    const { fake, cards, probe } = await startShop();
    fake.next({ status: answer, headers: { 'retry-after': '3600' }, body: { detail: `${token} ${customerId}` } });
    await cards.list({ customerId }).catch(() => 'as scripted');
    const health = await probe();
    expect(health).toMatchObject({ status: probed, ottu: { status: state, failuresInARow: 1 } });
    expect(health).toHaveProperty('ottu.lastFailure.error');
    expect(leaksIn({ health: JSON.stringify(health) })).toEqual([]);
    expect(fake.received).toHaveLength(1);
  });

  it('is up again when a call succeeds', async () => {
    const { fake, cards, probe } = await startShop();
    fake.next({ status: 401 });
    await cards.list({ customerId }).catch(() => 'as scripted');
    await cards.list({ customerId });
    expect((await probe()).status).toBe(200);
  });
});
