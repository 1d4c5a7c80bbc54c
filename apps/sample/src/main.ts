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
  logger.fatal(reason(error));
  process.exit(1);
}

function reason(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (!('code' in error) || error.code !== 'EADDRINUSE') return error.message;
  const port = 'port' in error ? String(error.port) : '';
  return `Port ${port} is in use: set the variable PORT to a free port, for example PORT=3001 npm start.`;
}
