import { isIPv6, type Socket } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { FakeOttu, type FakePayment, type FakePaymentOutcome, type FakeWebhook } from 'nestjs-ottu-cards/testing';
import { customerIdOf, DEMO_CUSTOMERS, holder } from '../demo/demo-customers.js';
import { CardChanges } from '../payments/card-changes.js';
import { WEBHOOK_PATH } from '../payments/webhook-path.js';
import type { ShopConfig } from '../shop.config.js';
import type { NewCardDto, PaymentDto, WebhookDto } from './dev.dto.js';

/** What came of a webhook: how each delivery was answered, and how often the customer's pages were told. */
export interface WebhookReport {
  readonly deliveries: readonly (number | string)[];
  readonly told: number;
}

/** Pays at the fake, which posts the webhook to this very shop. */
@Injectable()
export class FakeCheckoutService {
  constructor(
    @Inject(FakeOttu) private readonly fake: FakeOttu,
    private readonly changes: CardChanges,
    private readonly config: ConfigService<ShopConfig, true>,
  ) {}

  /** The genuine way: what the payment page does. */
  async pay({ saveCard, ...card }: PaymentDto, customerId: string, arrivedOn: Socket): Promise<WebhookReport> {
    const payer = DEMO_CUSTOMERS.find((customer) => customerIdOf(customer) === customerId);
    return this.watched(customerId, () =>
      this.fake.pay({
        customerId,
        saveCard,
        card: { ...cardOf(card), ...(payer && holder(payer)) },
        webhookUrl: webhookUrl(arrivedOn),
        hmacKey: this.hmacKey,
      }),
    );
  }

  /** Genuine, doubled, or a stranger's: a card that nobody saved, signed with a key that is not Ottu's. */
  async send({ customer, scheme, kind }: WebhookDto, arrivedOn: Socket): Promise<WebhookReport> {
    const customerId = customerIdOf(customer);
    const isForged = kind === 'forged';
    return this.watched(customerId, () =>
      this.fake.pay({
        customerId,
        scheme,
        card: holder(customer),
        webhookUrl: webhookUrl(arrivedOn),
        duplicate: kind === 'doubled',
        hmacKey: isForged ? 'a-guess' : this.hmacKey,
        saveCard: !isForged,
        alter: isForged ? (webhook) => withInventedCard(webhook, customerId) : undefined,
      }),
    );
  }

  private get hmacKey(): string {
    return this.config.getOrThrow('OTTU_HMAC_KEY', { infer: true });
  }

  private async watched(customerId: string, pay: () => Promise<FakePaymentOutcome>): Promise<WebhookReport> {
    let told = 0;
    const watch = this.changes.of(customerId).subscribe(() => (told += 1));
    try {
      const { deliveries } = await pay();
      return { deliveries: deliveries.map(({ status, outcome }) => status ?? outcome), told };
    } finally {
      watch.unsubscribe();
    }
  }
}

/** A card as the payer describes it at the fake's payment page or the developer beside it. */
export function cardOf({ brand, last4 }: Pick<NewCardDto, 'brand' | 'last4'>): NonNullable<FakePayment['card']> {
  return { brand, number: `**** ${last4}`, last4 };
}

function withInventedCard(webhook: FakeWebhook, customerId: string): FakeWebhook {
  return { ...webhook, token: { token: 'tok-invented', customer_id: customerId, pg_code: 'credit-card' } };
}

/** The address under which the developer's own request came in. */
function webhookUrl({ localAddress = '127.0.0.1', localPort }: Socket): string {
  const host = isIPv6(localAddress) ? `[${localAddress}]` : localAddress;
  return `http://${host}:${localPort}/${WEBHOOK_PATH}`;
}
