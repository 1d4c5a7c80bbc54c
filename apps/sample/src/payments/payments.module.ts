import { Module } from '@nestjs/common';
import { ConditionalModule, ConfigService } from '@nestjs/config';
import { ApiExcludeController } from '@nestjs/swagger';
import { OttuWebhooksModule } from 'nestjs-ottu-cards/webhooks';
import { FromElsewhere } from '../same-origin.guard.js';
import { SessionModule } from '../session/session.module.js';
import { runsOnFake, type ShopConfig } from '../shop.config.js';
import { CardChangesModule } from './card-changes.js';
import { CardEventsController } from './card-events.controller.js';
import { CardSavedHandler } from './card-saved.handler.js';
import { WEBHOOK_PATH } from './webhook-path.js';

/** Learns from Ottu that a card was saved, and tells the customer's pages. Without a key nobody is believed. */
@Module({
  imports: [
    SessionModule,
    CardChangesModule,
    ConditionalModule.registerWhen(
      OttuWebhooksModule.forRootAsync({
        path: WEBHOOK_PATH,
        handler: CardSavedHandler,
        imports: [CardChangesModule],
        decorators: [FromElsewhere(), ApiExcludeController()],
        inject: [ConfigService],
        useFactory: (config: ConfigService<ShopConfig, true>) => ({
          hmacKey: config.getOrThrow('OTTU_HMAC_KEY', { infer: true }),
        }),
      }),
      (env) => runsOnFake(env) || Boolean(env['OTTU_HMAC_KEY']),
      { debug: false },
    ),
  ],
  controllers: [CardEventsController],
})
export class PaymentsModule {}
