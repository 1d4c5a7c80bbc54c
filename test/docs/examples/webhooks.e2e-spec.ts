import { closeAll, closeWithTest } from '../../support/application.js';
// #region test
import { Test } from '@nestjs/testing';
import { OTTU_CARDS_OPTIONS } from 'nestjs-ottu-cards';
import { FakeOttu } from 'nestjs-ottu-cards/testing';
import { OTTU_WEBHOOKS_OPTIONS } from 'nestjs-ottu-cards/webhooks';
import { ShopModule } from './shop.module.js';
import { Orders, Wallet } from './storage.js';

it('fulfils the order, and keeps the card that it was paid with', async () => {
  const ottu = await FakeOttu.start();
  const hmacKey = 'obviously-false';
  const module = await Test.createTestingModule({ imports: [ShopModule] })
    .overrideProvider(OTTU_CARDS_OPTIONS)
    .useValue(ottu.options)
    .overrideProvider(OTTU_WEBHOOKS_OPTIONS)
    .useValue({ hmacKey })
    .compile();
  const app = module.createNestApplication();
  await app.listen(0, '127.0.0.1');

  const order = { amount: '12.500', currency: 'KWD', isFulfilled: false };
  app.get(Orders, { strict: false }).byNumber.set('ORDER-1', order);

  const webhookUrl = `${await app.getUrl()}/webhooks/ottu`;
  const paid = { orderNo: 'ORDER-1', amount: '12.500', customerId: 'customer-1' };
  const { deliveries } = await ottu.pay({ ...paid, webhookUrl, hmacKey });
  expect(deliveries).toMatchObject([{ status: 200 }]);

  await app.close(); // waits for what onSavedCard still does
  expect(order.isFulfilled).toBe(true);
  expect(app.get(Wallet, { strict: false }).cards.size).toBe(1);
  await ottu.stop();
});
// #endregion

import { OttuCardsModule } from 'nestjs-ottu-cards';
import { OttuWebhooksModule, type PaymentEvent, signWebhook } from 'nestjs-ottu-cards/webhooks';
import { startFake } from '../../support/application.js';
import { eventually } from '../../support/eventually.js';
import { recordLog } from '../../support/recorded-log.js';
import { describeWithRedis, startRedis } from '../../support/redis.js';
import { PaymentsController } from './own-endpoint.js';
import { PaymentsHandler } from './payments.handler.js';
import { StorageModule } from './storage.js';
import { Pager, PagerModule, watched } from './undelivered.js';
import { WalletRepair } from './wallet-repair.js';
import { durable } from './webhook-queue.js';

const hmacKey = 'obviously-false';
beforeEach(() => {
  process.env['OTTU_HMAC_KEY'] = hmacKey;
});
afterEach(() => {
  delete process.env['OTTU_HMAC_KEY'];
  delete process.env['REDIS_URL'];
});
afterEach(closeAll);

it('fulfils an order once, and only one of its own with the right amount', async () => {
  const module = await Test.createTestingModule({ imports: [StorageModule], providers: [PaymentsHandler] }).compile();
  const orders = module.get<Orders>(Orders);
  for (const number of ['A', 'B', 'C', 'D']) {
    orders.byNumber.set(number, { amount: '10.000', currency: 'KWD', isFulfilled: false });
  }
  const event = await anEvent();
  const log = recordLog();
  const signed = { currencyCode: 'KWD', amount: '10.000' };
  const pay = (result: string, fields: object) => {
    module.get(PaymentsHandler).onPayment({ ...event, result, signed: { ...event.signed, ...signed, ...fields } });
  };
  pay('success', { orderNo: 'A' });
  pay('success', { orderNo: 'A' });
  pay('failed', { orderNo: 'B' });
  pay('success', { orderNo: 'C', amount: '0.100' });
  pay('success', { orderNo: 'D', amount: '10' }); // as Ottu may write it
  pay('success', { orderNo: 'unknown' });
  expect([...orders.byNumber.values()].map(({ isFulfilled }) => isFulfilled)).toEqual([true, false, false, true]);
  expect(log).toEqual([expect.stringContaining('Order C was not paid with the amount')]);
});

it('finds a missed card by listing, and keeps it once', async () => {
  const ottu = await startFake();
  const module = await Test.createTestingModule({
    imports: [OttuCardsModule.forRoot(ottu.options), StorageModule],
    providers: [WalletRepair],
  }).compile();
  closeWithTest(() => module.close());
  await ottu.pay({ customerId: 'customer-1', webhookUrl: 'http://127.0.0.1:1/gone', hmacKey });
  await module.get(WalletRepair).repair('customer-1');
  await module.get(WalletRepair).repair('customer-1');
  expect([...module.get<Wallet>(Wallet).cards.values()]).toMatchObject([
    { token: ottu.cardsOf('customer-1')[0]?.token },
  ]);
});

it('wakes somebody up when a card is not handled', async () => {
  const ottu = await startFake();
  const building = Test.createTestingModule({
    imports: [OttuCardsModule.forRoot({ ...ottu.options, isGlobal: true, maxRetries: 0 }), watched, PagerModule],
  });
  const app = (
    await building.overrideProvider('OTTU_WEBHOOK_TIMINGS').useValue(NO_WAITING).compile()
  ).createNestApplication({ logger: false });
  closeWithTest(() => app.close());
  await app.listen(0, '127.0.0.1');
  ottu.always({ status: 500 });
  await ottu.pay({ customerId: 'customer-1', webhookUrl: `${await app.getUrl()}/webhooks/ottu`, hmacKey });
  await eventually(() => app.get<Pager>(Pager).pages.length, 1);
  expect(app.get<Pager>(Pager).pages).toEqual([
    expect.stringMatching(/^onSavedCard did not handle event [0-9a-f]{64}: confirmation$/),
  ]);
});

describeWithRedis('with REDIS_URL', () => {
  it('holds events in Redis', async () => {
    const redis = await startRedis();
    closeWithTest(() => redis.stop());
    process.env['REDIS_URL'] = redis.url;
    const ottu = await startFake();
    const imports = [OttuCardsModule.forRoot({ ...ottu.options, isGlobal: true }), durable];
    const app = (await Test.createTestingModule({ imports }).compile()).createNestApplication({ logger: false });
    closeWithTest(() => app.close());
    await app.listen(0, '127.0.0.1');
    await ottu.pay({ customerId: 'customer-1', webhookUrl: `${await app.getUrl()}/webhooks/ottu`, hmacKey });
    await eventually(() => app.get<Wallet>(Wallet, { strict: false }).cards.size, 1, 5_000);
  });
});

it('serves an endpoint of the shop', async () => {
  const module = await Test.createTestingModule({ controllers: [PaymentsController] }).compile();
  const payload = { result: 'success', amount: '10.000' };
  const signature = signWebhook({ payload, hmacKey, scheme: 'standard' });
  const payments = module.get(PaymentsController);
  expect(payments.paid({ ...payload, signature })).toEqual({ scheme: 'standard' });
  expect(() => payments.paid({ ...payload, amount: '1.000', signature })).toThrow('Unauthorized');
});

/** An event as the module makes it. */
async function anEvent(): Promise<PaymentEvent> {
  const events: PaymentEvent[] = [];
  class Recorder {
    onPayment(event: PaymentEvent): void {
      events.push(event);
    }
  }
  const imports = [OttuWebhooksModule.forRoot({ path: 'webhooks/ottu', handler: Recorder, hmacKey })];
  const app = (await Test.createTestingModule({ imports }).compile()).createNestApplication({ logger: false });
  closeWithTest(() => app.close());
  await app.listen(0, '127.0.0.1');
  const ottu = await startFake();
  await ottu.pay({ customerId: 'customer-1', webhookUrl: `${await app.getUrl()}/webhooks/ottu`, hmacKey });
  const [event] = events;
  if (event === undefined) throw new Error('The event has not arrived.');
  return event;
}

const NO_WAITING = { answerWithinMs: 5_000, secondLookMs: 1, retryDelaysMs: [], handlerLimitMs: 5_000 };
