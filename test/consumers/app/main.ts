import 'reflect-metadata';
import assert from 'node:assert/strict';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Module,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { adapter } from './adapter.js';
import { OttuCardsModule, OttuNotFoundError, UserCardsService } from 'nestjs-ottu-cards';
import { aCard, FakeOttu } from 'nestjs-ottu-cards/testing';
import { type OttuWebhookHandler, OttuWebhooksModule, type SavedCardEvent } from 'nestjs-ottu-cards/webhooks';

/** Lets everyone in who says so: a stand-in for a login. */
@Injectable()
class LoginGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<{ headers: Record<string, string> }>().headers['x-login'] === 'yes';
  }
}

/** A controller of the shop's own, with the service injected by its class. */
@Controller('checkout')
class CheckoutController {
  constructor(private readonly cards: UserCardsService) {}

  @Get()
  list() {
    return this.cards.list({ customerId: 'customer-1' });
  }
}

const saved: SavedCardEvent[] = [];
const hmacKey = 'obviously-false-hmac-key';

class Handler implements OttuWebhookHandler {
  onSavedCard(event: SavedCardEvent): void {
    saved.push(event);
  }
}

function shop(fake: FakeOttu): Type {
  const controller = { path: 'wallet', guards: [LoginGuard], customerId: () => 'customer-1' } as const;
  @Module({
    imports: [
      OttuCardsModule.forRoot({ ...fake.options, controller, isGlobal: true }),
      OttuWebhooksModule.forRoot({ hmacKey, path: 'webhooks/ottu', handler: Handler }),
    ],
    controllers: [CheckoutController],
  })
  class ShopModule {}
  return ShopModule;
}

/** Boots a shop on the installed package and uses it over HTTP. */
async function main(): Promise<void> {
  const fake = await FakeOttu.start();
  const card = fake.save(aCard());
  const app = await NestFactory.create(shop(fake), adapter, { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const headers = { 'x-login': 'yes' };
  const [listed] = await app.get(UserCardsService).list({ customerId: card.customerId });
  assert.ok(listed);
  const { customerId: _customer, token: _token, ...shown } = listed;

  assert.deepEqual({ ...listed, ...card }, listed);
  assert.deepEqual(await (await fetch(`${url}/checkout`)).json(), [listed]);
  assert.deepEqual(await (await fetch(`${url}/wallet`, { headers })).json(), [shown]);
  assert.equal((await fetch(`${url}/wallet`)).status, 403);
  assert.equal((await fetch(`${url}/wallet?pgCodes=`, { headers })).status, 400);
  assert.equal((await fetch(`${url}/wallet/${listed.id}`, { method: 'DELETE', headers })).status, 204);
  assert.equal((await fetch(`${url}/wallet/${listed.id}`, { method: 'DELETE', headers })).status, 404);
  assert.deepEqual(fake.cardsOf('customer-1'), []);
  const gone: unknown = await app
    .get(UserCardsService)
    .delete(listed)
    .catch((error: unknown) => error);
  assert.ok(OttuNotFoundError.is(gone) && gone instanceof OttuNotFoundError);

  const webhookUrl = `${url}/webhooks/ottu`;
  const payment = await fake.pay({ customerId: 'customer-1', webhookUrl, hmacKey });
  assert.deepEqual(
    saved.map((event) => event.card.token),
    [payment.card?.token],
  );
  const json = { 'content-type': 'application/json' };
  const broken = await fetch(webhookUrl, { method: 'POST', headers: json, body: '{"a":"tok-1"tok-1' });
  assert.equal(broken.status, 400);
  assert.ok(!(await broken.text()).includes('tok-'));
  await app.close();
  await fake.stop();
}

void main();
