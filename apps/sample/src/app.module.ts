import { Module, UseInterceptors } from '@nestjs/common';
import { ConditionalModule, ConfigModule, ConfigService } from '@nestjs/config';
import { APP_GUARD } from '@nestjs/core';
import { ApiCookieAuth } from '@nestjs/swagger';
import { days, seconds, ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { OttuCardsModule } from 'nestjs-ottu-cards';
import { FakeOttu } from 'nestjs-ottu-cards/testing';
import { CheckoutService } from './checkout.service.js';
import { DemoLoginModule } from './demo/demo-login.module.js';
import { DevModule } from './dev/dev.module.js';
import { HealthModule } from './health/health.module.js';
import { CardChangesModule } from './payments/card-changes.js';
import { PaymentsModule } from './payments/payments.module.js';
import { SameOriginGuard } from './same-origin.guard.js';
import { TellDeletions } from './payments/tell-deletions.interceptor.js';
import { customerOf, SessionGuard } from './session/session.guard.js';
import { SessionModule } from './session/session.module.js';
import { runsOnFake, type ShopConfig, validateConfig } from './shop.config.js';
import { ShopController } from './shop.controller.js';
import { ShopStorage } from './storage/shop-storage.js';
import { StorageModule } from './storage/storage.module.js';

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, skipProcessEnv: true, validate: validateConfig }),
    ThrottlerModule.forRoot({
      throttlers: [
        { ttl: seconds(60), limit: 120 },
        { name: 'day', ttl: days(1), limit: 1_000 },
      ],
      getTracker: (request) => customerOf(request) ?? request['ip'],
    }),
    ConditionalModule.registerWhen(DevModule, runsOnFake, { debug: false }),
    DemoLoginModule,
    SessionModule,
    StorageModule,
    PaymentsModule,
    HealthModule,
    OttuCardsModule.forRootAsync({
      isGlobal: true, // the webhooks confirm cards with it
      inject: [ConfigService, ShopStorage, { token: FakeOttu, optional: true }],
      useFactory: (config: ConfigService<ShopConfig, true>, { cardCache, limiter }: ShopStorage, fake?: FakeOttu) => ({
        ...(fake?.options ?? {
          apiKey: config.getOrThrow('OTTU_API_KEY', { infer: true }),
          env: config.getOrThrow('OTTU_ENV', { infer: true }),
          merchantId: config.get('OTTU_MERCHANT_ID', { infer: true }),
        }),
        cache: cardCache,
        limiter,
      }),
      controller: {
        path: 'wallet/cards',
        guards: [SessionGuard, ThrottlerGuard],
        customerId: (context) => customerOf(context.switchToHttp().getRequest()),
        imports: [SessionModule, CardChangesModule],
        decorators: [ApiCookieAuth(), UseInterceptors(TellDeletions)],
      },
    }),
  ],
  controllers: [ShopController],
  providers: [CheckoutService, { provide: APP_GUARD, useClass: SameOriginGuard }],
})
export class AppModule {}
