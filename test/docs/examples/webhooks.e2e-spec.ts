import type { Type } from '@nestjs/common';
import { closeAll, closeWithTest } from '../../support/application.js';
// #region test
import { Test } from '@nestjs/testing';
import { OTTU_CARDS_OPTIONS, UserCardsService } from 'nestjs-ottu-cards';
import { FakeOttu } from 'nestjs-ottu-cards/testing';
import { OTTU_WEBHOOKS_OPTIONS } from 'nestjs-ottu-cards/webhooks';
import { ShopModule, Wallet } from './webhooks.js';

it('keeps a card that a customer saves while paying', async () => {
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

  const webhookUrl = `${await app.getUrl()}/webhooks/ottu`;
  const { card } = await ottu.pay({ customerId: 'customer-1', webhookUrl, hmacKey });

  expect([...app.get(Wallet, { strict: false }).cards.values()]).toMatchObject([card]);
  await app.close();
  await ottu.stop();
});
// #endregion

import { OttuCardsModule } from 'nestjs-ottu-cards';
import { signWebhook } from 'nestjs-ottu-cards/webhooks';
import { startFake } from '../../support/application.js';
import { Pager, PagerModule, PaymentsController, WalletStoreModule, WalletRepair, watched } from './webhooks.js';

const hmacKey = 'obviously-false';
beforeEach(() => {
  process.env['OTTU_HMAC_KEY'] = hmacKey;
});
afterEach(() => {
  delete process.env['OTTU_HMAC_KEY'];
});
afterEach(closeAll);

it('finds a missed card by listing, and keeps it once', async () => {
  const ottu = await startFake();
  const module = await Test.createTestingModule({
    imports: [OttuCardsModule.forRoot(ottu.options), WalletStoreModule],
    providers: [WalletRepair],
  }).compile();
  closeWithTest(() => module.close());
  await ottu.pay({ customerId: 'customer-1', webhookUrl: 'http://127.0.0.1:1/gone', hmacKey });
  await module.get(WalletRepair).repair('customer-1');
  await module.get(WalletRepair).repair('customer-1');
  expect(ottu.cardsOf('customer-1')).toHaveLength(1);
  expect([...module.get<Wallet>(Wallet).cards.values()]).toMatchObject(ottu.cardsOf('customer-1'));
  expect(module.get(UserCardsService)).toBeInstanceOf(UserCardsService);
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
  expect(app.get<Pager>(Pager as Type<Pager>).pages).toEqual([
    expect.stringMatching(/^onSavedCard did not handle event [0-9a-f]{64}: confirmation$/),
  ]);
});

it('serves an endpoint of the shop', async () => {
  const module = await Test.createTestingModule({ controllers: [PaymentsController] }).compile();
  const payload = { result: 'success', amount: '10.000' };
  const signature = signWebhook({ payload, hmacKey, scheme: 'standard' });
  const payments = module.get(PaymentsController);
  expect(payments.paid({ ...payload, signature })).toEqual({ scheme: 'standard' });
  expect(() => payments.paid({ ...payload, amount: '1.000', signature })).toThrow('Unauthorized');
});

const NO_WAITING = {
  answerWithinMs: 5_000,
  secondLookMs: 1,
  retryDelaysMs: [],
  handlerLimitMs: 5_000,
};
