// For tests and demos: a fake Ottu and valid cards. No test runner's globals, nothing of the module itself.
export { aCard, sampleCards } from './builders.js';
export { endRateLimit } from './end-rate-limit.js';
export type { FakeCard } from './fake-cards.wire.js';
export type { FakeDelivery, FakePaymentOutcome, FakeWebhookTravel } from './fake-checkout.js';
export { FakeOttu, type ReceivedRequest, type ScriptedAnswer } from './fake-ottu.js';
export type { FakePayment, FakeWebhook } from './fake-payments.wire.js';
