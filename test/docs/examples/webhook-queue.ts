// #region queue
import { bullQueue } from 'nestjs-ottu-cards/bullmq';
import { OttuWebhooksModule } from 'nestjs-ottu-cards/webhooks';
import { PaymentsHandler } from './payments.handler.js';
import { StorageModule } from './storage.js';

export const durable = OttuWebhooksModule.forRootAsync({
  path: 'webhooks/ottu',
  handler: PaymentsHandler,
  imports: [StorageModule],
  useFactory: () => ({
    hmacKey: process.env['OTTU_HMAC_KEY'] ?? '',
    queue: bullQueue({ connection: { url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' } }),
  }),
});
// #endregion
