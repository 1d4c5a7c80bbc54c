// The public names of nestjs-ottu-cards/webhooks. Runs, memory and timings stay inside.
export { OttuWebhooksModule } from './ottu-webhooks.module.js';
export type {
  OttuWebhooksAsyncOptions,
  OttuWebhooksFactoryResult,
  OttuWebhooksOptionsFactory,
} from './ottu-webhooks.module-definition.js';
export { OTTU_WEBHOOKS_OPTIONS } from './ottu-webhooks.plumbing.js';
export type { OttuWebhooksExtras, OttuWebhooksOptions } from './ottu-webhooks.options.js';
export type {
  CardSavedEvent,
  OttuCardSavedHandler,
  SignedFields,
  UndeliveredCard,
  WebhookClaims,
} from './card-saved.event.js';
export type { WebhookStore } from './webhook-store.js';
export type { WebhookScheme } from './signed-values.wire.js';
export { signWebhook, type SignWebhookInput, verifyWebhook, type VerifyWebhookInput } from './webhook-signature.js';
