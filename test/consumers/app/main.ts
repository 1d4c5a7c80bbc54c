import 'reflect-metadata';
import assert from 'node:assert/strict';
import { Controller, Delete, Get, HttpCode, Module, Param, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { OttuCardsModule, OttuNotFoundError, UserCardsService } from 'nestjs-ottu-cards';
import { aCard, FakeOttu } from 'nestjs-ottu-cards/testing';
import { type CardSavedEvent, type OttuCardSavedHandler, OttuWebhooksModule } from 'nestjs-ottu-cards/webhooks';

@Controller('wallet')
class WalletController {
  constructor(private readonly cards: UserCardsService) {}

  @Get()
  list() {
    return this.cards.list({ customerId: 'customer-1' });
  }

  @Delete(':token')
  @HttpCode(204)
  async delete(@Param('token') token: string) {
    await this.cards.delete({ customerId: 'customer-1', token });
  }
}

const saved: CardSavedEvent[] = [];
const hmacKey = 'obviously-false-hmac-key';

class Handler implements OttuCardSavedHandler {
  onCardSaved(event: CardSavedEvent): void {
    saved.push(event);
  }
}

function shop(fake: FakeOttu): Type {
  @Module({
    imports: [
      OttuCardsModule.forRoot({ ...fake.options, isGlobal: true }),
      OttuWebhooksModule.forRoot({ hmacKey, path: 'webhooks/ottu', handler: Handler }),
    ],
    controllers: [WalletController],
  })
  class ShopModule {}
  return ShopModule;
}

/** Boots a shop on the installed package and uses it over HTTP. */
async function main(): Promise<void> {
  const fake = await FakeOttu.start();
  const card = fake.save(aCard());
  const app = await NestFactory.create(shop(fake), { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const url = `${await app.getUrl()}/wallet`;

  assert.deepEqual(await (await fetch(url)).json(), [card]);
  assert.equal((await fetch(`${url}/${card.token}`, { method: 'DELETE' })).status, 204);
  assert.deepEqual(fake.cardsOf('customer-1'), []);
  const gone: unknown = await app
    .get(UserCardsService)
    .delete(card)
    .catch((error: unknown) => error);
  assert.ok(OttuNotFoundError.is(gone) && gone instanceof OttuNotFoundError);

  const webhookUrl = `${await app.getUrl()}/webhooks/ottu`;
  const payment = await fake.pay({ customerId: 'customer-1', webhookUrl, hmacKey });
  assert.deepEqual(
    saved.map((event) => event.card),
    [payment.card],
  );
  const headers = { 'content-type': 'application/json' };
  const broken = await fetch(webhookUrl, { method: 'POST', headers, body: '{"a":"tok-1"tok-1' });
  assert.equal(broken.status, 400);
  assert.ok(!(await broken.text()).includes('tok-'));
  await app.close();
  await fake.stop();
}

void main();
