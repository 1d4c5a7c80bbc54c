import { aCard } from './builders.js';
import type { FakeCard } from './fake-cards.wire.js';
import { deliverWebhook, type FakeDelivery } from './fake-delivery.js';
import { type FakePayment, type FakeWebhook, webhookOf } from './fake-payments.wire.js';

/** How the webhook of a payment travels. */
export interface FakeWebhookTravel {
  /** Sends every webhook twice at once, as can happen. @default false */
  readonly duplicate?: boolean | undefined;
  /** How long to wait for an answer, in milliseconds. @default 15_000, as Ottu */
  readonly timeoutMs?: number | undefined;
  /** Changes the signed body on its way, as a forger would. */
  readonly alter?: ((webhook: FakeWebhook) => FakeWebhook) | undefined;
}

/** What came of a payment. */
export interface FakePaymentOutcome {
  /** The card that was saved; `undefined` without one. */
  readonly card: FakeCard | undefined;
  /** The body as it was posted, to post it again. */
  readonly webhook: FakeWebhook;
  /** Every attempt to deliver it, in order; those of a duplicate after those of the first. */
  readonly deliveries: readonly FakeDelivery[];
}

/** Pays, saves the card with `save`, and delivers the webhook. */
export async function checkOut(
  payment: FakePayment & FakeWebhookTravel,
  save: (card: FakeCard) => FakeCard,
): Promise<FakePaymentOutcome> {
  const { customerId, saveCard = true, result = 'success', agreement, webhookUrl } = payment;
  const { duplicate = false, timeoutMs = 15_000, alter = (it: FakeWebhook) => it } = payment;
  const agreements = agreement === undefined ? [] : [agreement];
  const card = saveCard && result === 'success' ? save(aCard({ agreements, ...payment.card, customerId })) : undefined;
  const webhook = alter(webhookOf(payment, card));
  const deliver = (): Promise<FakeDelivery[]> => deliverWebhook(webhookUrl, webhook, timeoutMs);
  const deliveries = await Promise.all(duplicate ? [deliver(), deliver()] : [deliver()]);
  return { card, webhook, deliveries: deliveries.flat() };
}
