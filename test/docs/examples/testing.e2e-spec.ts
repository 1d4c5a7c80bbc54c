// #region fake
import { Test, type TestingModule } from '@nestjs/testing';
import { OttuCardsModule, OttuRateLimitError, UserCardsService } from 'nestjs-ottu-cards';
import { aCard, endRateLimit, FakeOttu } from 'nestjs-ottu-cards/testing';

let fake: FakeOttu;
let app: TestingModule;
let cards: UserCardsService;

beforeEach(async () => {
  fake = await FakeOttu.start();
  app = await Test.createTestingModule({ imports: [OttuCardsModule.forRoot(fake.options)] }).compile();
  await app.init();
  cards = app.get(UserCardsService);
});

afterEach(async () => {
  await app.close();
  await fake.stop();
});

it('knows the cards that were saved', async () => {
  fake.save(aCard({ customerId: 'customer-1', brand: 'VISA', isPreferred: true }));
  fake.save(aCard({ customerId: 'customer-1', isExpired: true }));
  fake.save(aCard({ customerId: 'customer-1' }), 'production'); // another env, on the same host

  await expect(cards.list({ customerId: 'customer-1' })).resolves.toHaveLength(2);
});

it('answers what the test tells it to answer', async () => {
  fake.next({ status: 429, headers: { 'retry-after': '3600' } });

  await expect(cards.list({ customerId: 'customer-1' })).rejects.toThrow(OttuRateLimitError);

  endRateLimit(cards); // or the next calls would be held back for an hour
  await expect(cards.list({ customerId: 'customer-1' })).resolves.toEqual([]);
});

it('records what was sent', async () => {
  await cards.list({ customerId: 'customer-1', pgCodes: ['knet'] });

  expect(fake.received[0]?.body).toBe('{"type":"sandbox","customer_id":"customer-1","pg_codes":["knet"]}');
});
// #endregion
