// The public names of nestjs-ottu-cards/webhooks. The processor and its timings stay inside.
export {
  OTTU_WEBHOOKS_OPTIONS,
  type OttuWebhooksAsyncOptions,
  type OttuWebhooksFactoryResult,
  OttuWebhooksModule,
  type OttuWebhooksOptionsFactory,
} from './ottu-webhooks.module.js';
export type { OttuWebhooksExtras, OttuWebhooksOptions } from './ottu-webhooks.options.js';
export type {
  OttuWebhookHandler,
  PaymentEvent,
  SavedCardEvent,
  SignedFields,
  UndeliveredEvent,
  UndeliveredReason,
  WebhookClaims,
  WebhookMethod,
} from './webhook-events.js';
export type { AttemptFailure } from './attempt-failure.js';
export type {
  CardClaim,
  JobResult,
  OpenWebhookQueue,
  WebhookJob,
  WebhookMount,
  WebhookQueue,
  WebhookWorker,
} from './webhook-queue.js';
export {
  signWebhook,
  type SignWebhookInput,
  verifyWebhook,
  type VerifyWebhookInput,
  type WebhookScheme,
} from './webhook-signature.wire.js';
export type { OttuWebhookTrace } from './tracing.js';
