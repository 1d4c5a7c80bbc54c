import { Logger } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { createShop } from './shop.js';
import type { ShopConfig } from './shop.config.js';

const logger = new Logger('Shop');
try {
  const app = await createShop();
  const config: ConfigService<ShopConfig, true> = app.get(ConfigService);
  await app.listen(config.get('PORT', { infer: true }), config.get('HOST', { infer: true }));
  logger.log(`Open ${await app.getUrl()}`);
} catch (error) {
  logger.fatal(error instanceof Error ? error.message : error);
  process.exit(1);
}
