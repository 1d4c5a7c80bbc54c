import type { FakeDelivery, FakeOttu, FakeWebhook } from '../testing/index.js';

/** A webhook that was posted, and a sentence on how the shop took it. */
export interface Posted {
  readonly webhook: FakeWebhook;
  readonly report: string;
}

export async function postPayment(
  fake: FakeOttu,
  payment: { readonly customerId: string; readonly webhookUrl: string; readonly hmacKey: string },
): Promise<Posted> {
  const { webhook, deliveries } = await fake.pay(payment);
  return { webhook, report: reportOf(deliveries.at(-1), payment.webhookUrl) };
}

/** Posts the same body once more, as Ottu does after a timeout. */
export async function postAgain({ webhook }: Posted, webhookUrl: string): Promise<Posted> {
  const delivery = await fetch(webhookUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(webhook),
    redirect: 'manual',
    signal: AbortSignal.timeout(15_000),
  }).then(
    ({ status }): FakeDelivery => ({ outcome: 'answered', status }),
    (): FakeDelivery => ({ outcome: 'unreachable' }),
  );
  return { webhook, report: reportOf(delivery, webhookUrl) };
}

function reportOf(delivery: FakeDelivery | undefined, webhookUrl: string): string {
  switch (delivery?.outcome) {
    case 'answered':
      return `The webhook was answered with ${delivery.status}.${remedyFor(delivery.status)}`;
    case 'timeout':
      return 'The webhook was not answered within 15 seconds.';
    case 'unreachable':
    case undefined:
      return `The webhook did not arrive: does your application listen at ${webhookUrl}?`;
  }
}

function remedyFor(status: number | undefined): string {
  if (status === 401 || status === 403) return ' Has your application the same HMAC key?';
  if (status === 404) return ' Is the path the one of OttuWebhooksModule.forRoot()?';
  return '';
}
