import { Global, Logger, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FakeOttu } from 'nestjs-ottu-cards/testing';
import { saveDemoCards } from '../demo/demo-customers.js';
import { SessionModule } from '../session/session.module.js';
import { runsOnFake } from '../shop.config.js';
import { Activity } from './activity.js';
import { DevController } from './dev.controller.js';
import { FakeCheckoutController } from './fake-checkout.controller.js';
import { FakeCheckoutService } from './fake-checkout.service.js';

/** From where `npm start` and the tests run. */
const PAGE = 'apps/sample/src/dev/page';

/** A fake Ottu inside the shop, and the page on which a developer watches and steers it. */
@Global()
@Module({
  imports: [SessionModule],
  controllers: [DevController, FakeCheckoutController],
  providers: [Activity, FakeCheckoutService, { provide: FakeOttu, useFactory: startFake }],
  exports: [FakeOttu],
})
export class DevModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly fake: FakeOttu,
    private readonly host: HttpAdapterHost,
    activity: Activity,
  ) {
    host.httpAdapter.use(activity.during.bind(activity));
  }

  onModuleInit(): void {
    const { httpAdapter } = this.host;
    if (httpAdapter instanceof ExpressAdapter) httpAdapter.useStaticAssets(PAGE, { prefix: '/dev' });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.fake.stop();
  }
}

async function startFake(): Promise<FakeOttu> {
  if (!runsOnFake(process.env)) throw new Error('The fake Ottu never starts in production, nor beside a real key.');
  const fake = await FakeOttu.start();
  saveDemoCards(fake);
  new Logger('FakeOttu').warn('OTTU_API_KEY is not set: this shop talks to a FAKE OTTU inside it. No card is real.');
  return fake;
}
