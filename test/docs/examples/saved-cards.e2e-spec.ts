// #region test
// src/saved-cards.spec.ts
import { Test, type TestingModule } from '@nestjs/testing';
import { OttuCardsModule, OttuUnavailableError, UserCardsService } from 'nestjs-ottu-cards';
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

  it('are listed', async () => {
    const card = ottu.save(aCard({ customerId: 'customer-1' }));

    expect(await app.get(UserCardsService).list({ customerId: 'customer-1' })).toMatchObject([card]);
    expect(ottu.received).toHaveLength(1);
  });

  it('are an error while Ottu is down', async () => {
    ottu.always({ status: 503 });

    await expect(app.get(UserCardsService).list({ customerId: 'customer-1' })).rejects.toThrow(OttuUnavailableError);
  });
});
// #endregion
