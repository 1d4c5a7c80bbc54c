import { Logger, Module } from '@nestjs/common';
import { ConditionalModule, ConfigService } from '@nestjs/config';
import { ApiExcludeController } from '@nestjs/swagger';
import { OttuWebhooksModule } from 'nestjs-ottu-cards/webhooks';
import { FromElsewhere } from '../same-origin.guard.js';
import { SessionModule } from '../session/session.module.js';
import { runsOnFake, type ShopConfig } from '../shop.config.js';
import { ShopStorage } from '../storage/shop-storage.js';
import { CardChangesModule } from './card-changes.js';
import { CardEventsController } from './card-events.controller.js';
import { PaymentHandler } from './payment.handler.js';
import { WEBHOOK_PATH } from './webhook-path.js';

/** Hears from Ottu of payments and their cards, and tells the customer's pages. Without a key there is no route. */
@Module({
  imports: [
    SessionModule,
    CardChangesModule,
    ConditionalModule.registerWhen(
      OttuWebhooksModule.forRootAsync({
        path: WEBHOOK_PATH,
        handler: PaymentHandler,
        imports: [CardChangesModule],
        decorators: [FromElsewhere(), ApiExcludeController()],
        inject: [ConfigService, ShopStorage],
        useFactory: (config: ConfigService<ShopConfig, true>, { webhookQueue }: ShopStorage) => ({
          hmacKey: config.getOrThrow('OTTU_HMAC_KEY', { infer: true }),
          queue: webhookQueue,
          onUndelivered: ({ event, method, reason }) =>
            new Logger('Payments').error({
              event: event.id,
              method,
              reason,
              message: 'not handled, and Ottu does not repeat it',
            }),
        }),
      }),
      (env) => runsOnFake(env) || Boolean(env['OTTU_HMAC_KEY']),
      { debug: false },
    ),
  ],
  controllers: [CardEventsController],
})
export class PaymentsModule {}
