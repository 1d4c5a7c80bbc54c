import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { HttpAdapterHost } from '@nestjs/core';
import { SessionModule } from '../session/session.module.js';
import type { ShopConfig } from '../shop.config.js';
import { LoginController } from './login.controller.js';
import { isLoopback, loopbackOnly } from './loopback.middleware.js';

const REPLACE =
  'replace apps/sample/src/demo with your own login, which calls SessionService.signIn() for a proven customer';

/** A login without passwords, so for one person on one machine and for no real card. */
@Module({ imports: [SessionModule], controllers: [LoginController] })
export class DemoLoginModule {
  /** @throws Error when real customers, or anybody on the network, could use it */
  constructor(config: ConfigService<ShopConfig, true>, { httpAdapter }: HttpAdapterHost) {
    if (config.get('OTTU_ENV', { infer: true }) === 'production') {
      throw new Error(`This shop lets anybody sign in, so it refuses OTTU_ENV=production: ${REPLACE}.`);
    }
    if (!isLoopback(config.get('HOST', { infer: true }))) {
      throw new Error(`This shop lets anybody sign in, so it listens on loopback only: remove HOST, or ${REPLACE}.`);
    }
    // not through configure(): that middleware would stand behind the static pages and /docs
    httpAdapter.use(loopbackOnly);
  }
}
