import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import { OTTU_CARDS_OPTIONS } from 'nestjs-ottu-cards';
import { aCard, FakeOttu } from 'nestjs-ottu-cards/testing';
import { CheckoutModule, CheckoutService } from './checkout.js';

it("offers the customer's saved cards, in a user's own test", async () => {
  const ottu = await FakeOttu.start();
  const card = ottu.save(aCard({ customerId: 'customer-1' }));
  const app = await Test.createTestingModule({ imports: [CheckoutModule] })
    .overrideProvider(OTTU_CARDS_OPTIONS)
    .useValue(ottu.options)
    .compile();
  await app.init();

  expect(await app.get(CheckoutService).savedCards('customer-1')).toMatchObject([card]);
  await app.close();
  await ottu.stop();
});
