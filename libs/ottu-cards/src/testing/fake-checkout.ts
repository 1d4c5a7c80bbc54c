import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { aCard } from './builders.js';
import type { FakeCard } from './fake-cards.wire.js';
import { type FakePayment, type FakeWebhook, webhookOf } from './fake-payments.wire.js';

/** How the webhook of a payment travels. */
export interface FakeWebhookTravel {
  /** Sends every webhook twice at once, as can happen. @default false */
  readonly duplicate?: boolean | undefined;
  /** How long to wait for an answer, in milliseconds. @default 15_000, as Ottu */
  readonly timeoutMs?: number | undefined;
  /** How many attempts to make while they time out, with the first: Ottu's pages disagree. @default 4 */
  readonly attempts?: number | undefined;
  /** How long to wait after a timeout, in milliseconds: Ottu has 5,000. @default 0 */
  readonly pauseMs?: number | undefined;
  /** Changes the signed body on its way, as a forger would. */
  readonly alter?: ((webhook: FakeWebhook) => FakeWebhook) | undefined;
}

/** One attempt to deliver a webhook, and how the shop took it. */
export interface FakeDelivery {
  readonly outcome: 'answered' | 'timeout' | 'unreachable';
  /** Where the shop answered: 200 sends the payer back to it. */
  readonly status?: number;
  /** What the shop answered, which Ottu does not read. */
  readonly body?: string;
}

/** What came of a payment. */
export interface FakePaymentOutcome {
  /** The card that was saved or used; `undefined` without one. */
  readonly card: FakeCard | undefined;
  /** The body as it was posted, to post it again; an auto-debit of the merchant's posts none. */
  readonly webhook: FakeWebhook;
  /** Every attempt to deliver it, in order; those of a duplicate after those of the first. None for an auto-debit. */
  readonly deliveries: readonly FakeDelivery[];
}

/** The cards that the fake has. */
export interface FakeWallet {
  save(card: FakeCard): FakeCard;
  of(customerId: string): readonly FakeCard[];
}

/** Pays, saves a new card or uses an old one, and delivers the webhook. */
export async function checkOut(
  payment: FakePayment & FakeWebhookTravel,
  wallet: FakeWallet,
): Promise<FakePaymentOutcome> {
  const { webhookUrl, duplicate = false, alter = (it: FakeWebhook) => it } = payment;
  const card = cardOf(payment, wallet);
  const webhook = alter(webhookOf(payment, card));
  if (payment.paymentType === 'auto_debit' && payment.with !== undefined) return { card, webhook, deliveries: [] };
  const times = duplicate ? 2 : 1;
  const deliveries = await Promise.all(Array.from({ length: times }, () => deliver(webhook, webhookUrl, payment)));
  return { card, webhook, deliveries: deliveries.flat() };
}

/** @throws Error where the customer has no such card */
function cardOf(payment: FakePayment, wallet: FakeWallet): FakeCard | undefined {
  const { customerId, with: used, saveCard = used === undefined, result = 'success', agreement } = payment;
  if (used !== undefined) {
    const card = wallet.of(customerId).find(({ token }) => token === used.token);
    if (card === undefined) throw new Error('FakeOttu.pay(): this customer has no such card. Save it first.');
    return card;
  }
  const agreements = agreement === undefined ? [] : [agreement];
  return saveCard && result === 'success' ? wallet.save(aCard({ agreements, ...payment.card, customerId })) : undefined;
}

/**
 * Posts a webhook as Ottu does: once more after a timeout, and never again after any answer.
 *
 * @see Ottu's webhook guides: 15 s, and retries on timeouts only; one page has three attempts with 5 s between them,
 * another three retries after the first attempt, seen 2026-11-21
 */
async function deliver(webhook: FakeWebhook, url: string, travel: FakeWebhookTravel): Promise<FakeDelivery[]> {
  const { timeoutMs = 15_000, attempts = 4, pauseMs = 0 } = travel;
  const deliveries = [await post(url, webhook, timeoutMs)];
  while (deliveries.at(-1)?.outcome === 'timeout' && deliveries.length < attempts) {
    await sleep(pauseMs);
    deliveries.push(await post(url, webhook, timeoutMs));
  }
  return deliveries;
}

/** One attempt, as Ottu makes it: on a connection of its own, which it leaves closed. */
async function post(url: string, webhook: FakeWebhook, timeoutMs: number): Promise<FakeDelivery> {
  const signal = AbortSignal.timeout(timeoutMs);
  const headers = { 'content-type': 'application/json' };
  try {
    const target = new URL(url);
    const open = target.protocol === 'https:' ? httpsRequest : httpRequest;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      open(target, { method: 'POST', headers, signal, agent: false }, resolve)
        .on('error', reject)
        .on('close', () => reject(new Error('closed without an answer'))) // a 101 is neither answer nor error
        .end(JSON.stringify(webhook));
    });
    return { outcome: 'answered', status: Number(response.statusCode), body: await text(response) };
  } catch {
    return { outcome: signal.aborted ? 'timeout' : 'unreachable' };
  }
}
