// One instance of a shop with webhooks in a queue, in a process of its own. Each handled event is a line of a file, which
// is there whatever happens to the process.
import 'reflect-metadata';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { OttuCardsModule } from 'nestjs-ottu-cards';
import { bullQueue } from 'nestjs-ottu-cards/bullmq';
import {
  type OttuWebhookHandler,
  OttuWebhooksModule,
  type PaymentEvent,
  type SavedCardEvent,
} from 'nestjs-ottu-cards/webhooks';

/** What an instance is started with. */
export interface WebhookInstanceSetup {
  readonly options: { readonly apiKey: string; readonly env: 'sandbox'; readonly baseUrl: string };
  readonly redis: string;
  readonly hmacKey: string;
  /** Where the handled events are written. */
  readonly file: string;
  /** How long a method of the handler takes. */
  readonly handlerMs: number;
}

const setup: WebhookInstanceSetup = JSON.parse(process.argv[2] ?? '');

@Injectable()
class Handler implements OttuWebhookHandler {
  async onPayment({ signed }: PaymentEvent): Promise<void> {
    await handle(`${signed.orderNo} onPayment`);
  }

  async onSavedCard({ signed }: SavedCardEvent): Promise<void> {
    await handle(`${signed.orderNo} onSavedCard`);
  }
}

async function handle(line: string): Promise<void> {
  await sleep(setup.handlerMs);
  appendFileSync(setup.file, `${line}\n`);
}

const { hmacKey, redis } = setup;
const app = await NestFactory.create(
  {
    module: class ShopModule {},
    imports: [
      OttuCardsModule.forRoot({ ...setup.options, isGlobal: true }),
      OttuWebhooksModule.forRoot({
        hmacKey,
        path: 'webhooks/ottu',
        handler: Handler,
        queue: bullQueue({ connection: { url: redis } }),
      }),
    ],
  },
  { logger: ['error', 'warn'] },
);
await app.listen(0, '127.0.0.1');
process.on('message', () => {
  void app.close().then(() => process.disconnect()); // the process must end by itself
});
process.send?.(`${await app.getUrl()}/webhooks/ottu`);
