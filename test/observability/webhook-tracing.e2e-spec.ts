import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import { aCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { bullQueue } from 'nestjs-ottu-cards/bullmq';
import type { OttuWebhookTrace } from 'nestjs-ottu-cards/webhooks';
import { closeAll, closeWithTest, startFake } from '../support/application.js';
import { eventually } from '../support/eventually.js';
import { CANARIES } from '../support/leaks.js';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.js';
import { WebhookShop } from '../support/webhook-shop.js';

const { customerId } = CANARIES;
let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

/** Each event from now on, with what its context held at that moment. */
function hearHandlers(): { event: string; trace: OttuWebhookTrace }[] {
  const heard: { event: string; trace: OttuWebhookTrace }[] = [];
  const keep = (event: string) => (trace: OttuWebhookTrace) => void heard.push({ event, trace: { ...trace } });
  const subscribers: Parameters<TracingChannel<unknown, OttuWebhookTrace>['subscribe']>[0] = {
    start: keep('start'),
    end: keep('end'),
    error: keep('error'),
    asyncStart: keep('asyncStart'),
    asyncEnd: keep('asyncEnd'),
  };
  const channel = tracingChannel<unknown, OttuWebhookTrace>('nestjs-ottu-cards:webhook');
  channel.subscribe(subscribers);
  closeWithTest(async () => channel.unsubscribe(subscribers));
  return heard;
}

it.each(['standard', 'subscription'] as const)('tells of each call of a method (%s scheme)', async (scheme) => {
  const shop = await WebhookShop.start({ fake, handles: 'both' });
  const heard = hearHandlers();
  await fake.pay({ customerId, scheme, ...shop.payment });
  await eventually(() => heard.filter(({ event }) => event === 'asyncEnd').length, 2);

  const payment = { scheme, result: 'success', method: 'onPayment', attempts: 1 };
  expect(heard.filter(({ trace }) => trace.method === 'onPayment')).toEqual([
    { event: 'start', trace: payment },
    { event: 'end', trace: payment },
    { event: 'asyncStart', trace: { ...payment, outcome: 'handled' } },
    { event: 'asyncEnd', trace: { ...payment, outcome: 'handled' } },
  ]);
  expect(heard.at(-1)?.trace).toEqual({ ...payment, method: 'onSavedCard', outcome: 'handled' });
});

it('tells of a failure, and counts the attempts', async () => {
  const shop = await WebhookShop.start({ fake, handles: 'payments' });
  shop.inbox.payments.acts = [
    () => {
      throw new Error(CANARIES.token);
    },
  ];
  const heard = hearHandlers();
  await fake.pay({ customerId, result: 'failed', saveCard: false, ...shop.payment });
  await eventually(() => heard.filter(({ event }) => event === 'asyncEnd').length, 2);
  expect(heard.map(({ event, trace }) => [event, trace.attempts, trace.outcome])).toEqual([
    ['start', 1, undefined],
    ['end', 1, undefined],
    ['error', 1, 'failed'],
    ['asyncStart', 1, 'failed'],
    ['asyncEnd', 1, 'failed'],
    ['start', 2, undefined],
    ['end', 2, undefined],
    ['asyncStart', 2, 'handled'],
    ['asyncEnd', 2, 'handled'],
  ]);
});

it('tells of a method that hangs', async () => {
  const shop = await WebhookShop.start({ fake, handles: 'payments', timings: { handlerLimitMs: 30 } });
  shop.inbox.payments.always = () => new Promise(() => undefined);
  const heard = hearHandlers();
  await fake.pay({ customerId, saveCard: false, ...shop.payment });
  expect(heard.at(-1)?.trace).toMatchObject({ outcome: 'hanging' });
});

it('shows no word that Ottu has not documented', async () => {
  const shop = await WebhookShop.start({ fake, handles: 'payments' });
  const heard = hearHandlers();
  await fake.pay({ customerId, result: CANARIES.nameOnCard, saveCard: false, ...shop.payment });
  expect(heard.at(-1)?.trace).toMatchObject({ result: 'other', outcome: 'handled' });
});

it('tells nothing of a card that is not handed on', async () => {
  const shop = await WebhookShop.start({ fake, handles: 'cards' });
  fake.save(aCard({ customerId }));
  const heard = hearHandlers();
  await fake.pay({ customerId, result: 'failed', ...shop.payment });
  expect(heard).toEqual([]);
});

(hasRedis() ? describe : describe.skip)('with a queue in Redis (needs redis-server)', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  it('counts the attempts that the queue makes', async () => {
    const queue = bullQueue({ connection: { url: redis.url } });
    const shop = await WebhookShop.start({ fake, handles: 'payments', queue });
    shop.inbox.payments.acts = [
      () => {
        throw new Error(CANARIES.token);
      },
    ];
    const heard = hearHandlers();
    await fake.pay({ customerId, saveCard: false, ...shop.payment });
    await eventually(() => heard.filter(({ event }) => event === 'asyncEnd').length, 2, 10_000);
    const ends = heard.filter(({ event }) => event === 'asyncEnd').map(({ trace }) => [trace.attempts, trace.outcome]);
    expect(ends).toEqual([
      [1, 'failed'],
      [2, 'handled'],
    ]);
  }, 20_000);
});
