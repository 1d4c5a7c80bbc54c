// #region test
import { Test, type TestingModule } from '@nestjs/testing';
import { OTTU_CARDS_OPTIONS } from 'nestjs-ottu-cards';
import { aCard, FakeOttu } from 'nestjs-ottu-cards/testing';
import { CheckoutModule, CheckoutService } from './wiring.js';

describe('CheckoutService', () => {
  let ottu: FakeOttu;
  let app: TestingModule;

  beforeEach(async () => {
    ottu = await FakeOttu.start();
    app = await Test.createTestingModule({ imports: [CheckoutModule] })
      .overrideProvider(OTTU_CARDS_OPTIONS)
      .useValue(ottu.options)
      .compile();
    await app.init();
  });

  afterEach(async () => {
    await app.close();
    await ottu.stop();
  });

  it("offers the customer's saved cards", async () => {
    const card = ottu.save(aCard({ customerId: 'customer-1' }));

    await expect(app.get(CheckoutService).savedCards('customer-1')).resolves.toEqual([card]);
    expect(ottu.received).toHaveLength(1);
  });

  it('says so when Ottu is down', async () => {
    ottu.always({ status: 503 });

    await expect(app.get(CheckoutService).savedCards('customer-1')).rejects.toThrow('it answered 503');
  });
});
// #endregion
