// The public names of nestjs-ottu-cards/webhooks. The processor and its timings stay inside.
export { OttuWebhooksModule } from './ottu-webhooks.module.js';
export {
  OTTU_WEBHOOKS_OPTIONS,
  type OttuWebhooksAsyncOptions,
  type OttuWebhooksFactoryResult,
  type OttuWebhooksOptionsFactory,
} from './ottu-webhooks.module-definition.js';
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
export type { CardClaim } from './card-confirmation.js';
export type {
  AttemptResult,
  OpenWebhookQueue,
  WebhookJob,
  WebhookMount,
  WebhookQueue,
  WebhookWorker,
} from './webhook-queue.js';
export type { WebhookScheme } from './signed-fields.wire.js';
export { signWebhook, type SignWebhookInput, verifyWebhook, type VerifyWebhookInput } from './webhook-signature.js';
export type { OttuWebhookTrace } from './tracing.js';
