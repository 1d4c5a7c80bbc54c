import { isIPv6, type Socket } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { FakeOttu, type FakePayment, type FakePaymentOutcome, type FakeWebhook } from 'nestjs-ottu-cards/testing';
import { customerIdOf, DEMO_CUSTOMERS, holder } from '../demo/demo-customers.js';
import { WEBHOOK_PATH } from '../payments/webhook-path.js';
import type { ShopConfig } from '../shop.config.js';
import type { NewCardDto, PaymentDto, WebhookDto } from './dev.dto.js';

/** How the shop answered each delivery of a webhook. What became of it stands in the rows of /dev. */
export interface WebhookReport {
  readonly deliveries: readonly (number | string)[];
}

/** Pays at the fake, which posts the webhook to this very shop. */
@Injectable()
export class FakeCheckoutService {
  constructor(
    @Inject(FakeOttu) private readonly fake: FakeOttu,
    private readonly config: ConfigService<ShopConfig, true>,
  ) {}

  /** The genuine way: what the payment page does. */
  async pay({ saveCard, ...card }: PaymentDto, customerId: string, arrivedOn: Socket): Promise<WebhookReport> {
    const payer = DEMO_CUSTOMERS.find((customer) => customerIdOf(customer) === customerId);
    const outcome = await this.fake.pay({
      customerId,
      saveCard,
      card: { ...cardOf(card), ...(payer && holder(payer)) },
      webhookUrl: webhookUrl(arrivedOn),
      hmacKey: this.hmacKey,
    });
    return reportOf(outcome);
  }

  /** Genuine, doubled, or a stranger's: a card that nobody saved, signed with a key that is not Ottu's. */
  async send({ customer, scheme, kind }: WebhookDto, arrivedOn: Socket): Promise<WebhookReport> {
    const customerId = customerIdOf(customer);
    const isForged = kind === 'forged';
    const outcome = await this.fake.pay({
      customerId,
      scheme,
      card: holder(customer),
      webhookUrl: webhookUrl(arrivedOn),
      duplicate: kind === 'doubled',
      hmacKey: isForged ? 'a-guess' : this.hmacKey,
      saveCard: !isForged,
      alter: isForged ? (webhook) => withInventedCard(webhook, customerId) : undefined,
    });
    return reportOf(outcome);
  }

  private get hmacKey(): string {
    return this.config.getOrThrow('OTTU_HMAC_KEY', { infer: true });
  }
}

function reportOf({ deliveries }: FakePaymentOutcome): WebhookReport {
  return { deliveries: deliveries.map(({ status, outcome }) => status ?? outcome) };
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
