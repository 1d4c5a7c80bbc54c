import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeWebhook } from './fake-payments.wire.js';

/** One attempt to deliver a webhook, and how the shop took it. */
export interface FakeDelivery {
  readonly outcome: 'answered' | 'timeout' | 'unreachable';
  /** Where the shop answered: 200 sends the payer back to it. */
  readonly status?: number;
  /** What the shop answered, which Ottu does not read. */
  readonly body?: string;
}

/** How often, and how fast, Ottu tries to deliver a webhook. */
export interface FakeAttempts {
  /** How long to wait for an answer, in milliseconds. */
  readonly timeoutMs: number;
  /** How many attempts there are after timeouts, with the first. */
  readonly attempts: number;
  /** From a timeout to the next attempt, in milliseconds. */
  readonly pauseMs: number;
}

/**
 * Posts a webhook as Ottu does: once more after a timeout, and never again after any answer.
 *
 * @see Ottu's webhook guides: 15 s, and retries on timeouts only; one page has three attempts with 5 s between them,
 * another three retries after the first attempt, seen 2026-11-21
 */
export async function deliverWebhook(url: string, webhook: FakeWebhook, times: FakeAttempts): Promise<FakeDelivery[]> {
  const deliveries = [await post(url, webhook, times.timeoutMs)];
  while (deliveries.at(-1)?.outcome === 'timeout' && deliveries.length < times.attempts) {
    await sleep(times.pauseMs);
    deliveries.push(await post(url, webhook, times.timeoutMs));
  }
  return deliveries;
}

async function post(url: string, webhook: FakeWebhook, timeoutMs: number): Promise<FakeDelivery> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(webhook),
      redirect: 'manual',
      signal,
    });
    return { outcome: 'answered', status: response.status, body: await response.text() };
  } catch {
    return { outcome: signal.aborted ? 'timeout' : 'unreachable' };
  }
}
