// #region test
import { Test, type TestingModule } from '@nestjs/testing';
import { OttuCardsModule, UserCardsService } from 'nestjs-ottu-cards';
import { aCard, FakeOttu } from 'nestjs-ottu-cards/testing';

describe('saved cards', () => {
  let ottu: FakeOttu;
  let app: TestingModule;

  beforeEach(async () => {
    ottu = await FakeOttu.start();
    app = await Test.createTestingModule({ imports: [OttuCardsModule.forRoot(ottu.options)] }).compile();
    await app.init();
  });

  afterEach(async () => {
    await app.close();
    await ottu.stop();
  });

  it('lists what the customer has saved', async () => {
    ottu.save(aCard({ customerId: 'customer-1', number: '**** 0026', last4: '0026' }));

    const cards = await app.get(UserCardsService).list({ customerId: 'customer-1' });

    expect(cards).toMatchObject([{ last4: '0026', isExpired: false }]);
  });
});
// #endregion
