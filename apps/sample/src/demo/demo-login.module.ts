import { type MiddlewareConsumer, Module, type NestModule, RequestMethod } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { WEBHOOK_PATH } from '../payments/webhook-path.js';
import { SessionModule } from '../session/session.module.js';
import type { ShopConfig } from '../shop.config.js';
import { LoginController } from './login.controller.js';
import { isLoopback, loopbackOnly } from './loopback.middleware.js';

const REPLACE =
  'replace apps/sample/src/demo with your own login, which calls SessionService.signIn() for a proven customer';

/** A login without passwords, so for one person on one machine and for no real card. */
@Module({ imports: [SessionModule], controllers: [LoginController] })
export class DemoLoginModule implements NestModule {
  /** @throws Error when real customers, or anybody on the network, could use it */
  constructor(config: ConfigService<ShopConfig, true>) {
    if (config.get('OTTU_ENV', { infer: true }) === 'production') {
      throw new Error(`This shop lets anybody sign in, so it refuses OTTU_ENV=production: ${REPLACE}.`);
    }
    if (!isLoopback(config.get('HOST', { infer: true }))) {
      throw new Error(`This shop lets anybody sign in, so it listens on loopback only: remove HOST, or ${REPLACE}.`);
    }
  }

  configure(consumer: MiddlewareConsumer): void {
    const webhooks = { path: WEBHOOK_PATH, method: RequestMethod.POST }; // come through a tunnel, and open no session
    consumer.apply(loopbackOnly).exclude(webhooks).forRoutes('{*all}');
  }
}
