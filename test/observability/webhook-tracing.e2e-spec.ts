import { aCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { bullQueue } from 'nestjs-ottu-cards/bullmq';
import type { OttuWebhookTrace } from 'nestjs-ottu-cards/webhooks';
import { closeAll, startFake } from '../support/application.js';
import { eventually } from '../support/eventually.js';
import { CANARIES } from '../support/leaks.js';
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.js';
import { hear } from '../support/traced-calls.js';
import { WebhookShop } from '../support/webhook-shop.js';

const { customerId } = CANARIES;
let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

const hearHandlers = () => hear<OttuWebhookTrace>('nestjs-ottu-cards:webhook');

it.each(['standard', 'subscription'] as const)('tells of each call of a method (%s scheme)', async (scheme) => {
  const shop = await WebhookShop.start({ fake, handles: 'both' });
  const heard = hearHandlers();
  await fake.pay({ customerId, scheme, ...shop.payment });
  await eventually(() => heard.filter(({ event }) => event === 'asyncEnd').length, 2);

  const payment = { scheme, result: 'success', method: 'onPayment', attempts: 1 };
  const ofPayment = heard.filter(({ trace }) => trace.method === 'onPayment');
  expect(ofPayment.map(({ event, trace }) => [event, trace])).toEqual([
    ['start', payment],
    ['end', payment],
    ['asyncStart', { ...payment, outcome: 'handled' }],
    ['asyncEnd', { ...payment, outcome: 'handled' }],
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

describeWithRedis('with a queue in Redis (needs redis-server)', () => {
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
