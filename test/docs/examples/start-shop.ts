// #region body-limit
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ShopModule } from './shop.module.js';

export async function startShop(port: number): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(ShopModule);
  app.useBodyParser('json', { limit: '512kb' }); // Express stops at 100 KiB, and Ottu does not send again after a 413
  app.enableShutdownHooks(); // so that app.close() runs when the process is told to end
  await app.listen(port, '127.0.0.1');
  return app;
}
// #endregion
