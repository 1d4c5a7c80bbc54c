// #region test
import { Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  OTTU_CARDS_OPTIONS,
  OttuCardsModule,
  OttuUnavailableError,
  type SavedCard,
  UserCardsService,
} from 'nestjs-ottu-cards';
import { aCard, FakeOttu } from 'nestjs-ottu-cards/testing';

// These two classes stand for your own: import yours instead.
@Injectable()
class CheckoutService {
  constructor(private readonly cards: UserCardsService) {}

  savedCards(customerId: string): Promise<SavedCard[]> {
    return this.cards.list({ customerId });
  }
}

@Module({
  imports: [OttuCardsModule.forRoot({ apiKey: 'from-the-environment', env: 'production', merchantId: 'shop.example' })],
  providers: [CheckoutService],
})
class CheckoutModule {}

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

    await expect(app.get(CheckoutService).savedCards('customer-1')).resolves.toMatchObject([card]);
    expect(ottu.received).toHaveLength(1);
  });

  it('fails when Ottu is down', async () => {
    ottu.always({ status: 503 });

    await expect(app.get(CheckoutService).savedCards('customer-1')).rejects.toThrow(OttuUnavailableError);
  });
});
// #endregion
