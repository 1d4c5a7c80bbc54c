import type { FakeWebhook } from './fake-payments.wire.js';

/** One attempt to deliver a webhook, and how the shop took it. */
export interface FakeDelivery {
  readonly outcome: 'answered' | 'timeout' | 'unreachable';
  /** Where the shop answered: 200 sends the payer back to it. */
  readonly status?: number;
  /** What the shop answered, which Ottu does not read. */
  readonly body?: string;
}

const RETRIES = 3;

/**
 * Posts a webhook as Ottu does: once more after a timeout, three times at most, and never again after any answer.
 *
 * @see Ottu's webhook guide: 15 s, and retries on timeouts only, seen 2026-11-20
 */
export async function deliverWebhook(url: string, webhook: FakeWebhook, timeoutMs: number): Promise<FakeDelivery[]> {
  const deliveries: FakeDelivery[] = [];
  do deliveries.push(await post(url, webhook, timeoutMs));
  while (deliveries.at(-1)?.outcome === 'timeout' && deliveries.length <= RETRIES);
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
