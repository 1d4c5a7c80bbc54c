import { createHmac, randomBytes } from 'node:crypto';
import type { SavedCard } from '../cards/saved-card.js';
import type { FakeCard } from './fake-cards.wire.js';

/** A payment that a customer makes at the fake, and the webhook that tells of it. */
export interface FakePayment {
  readonly customerId: string;
  /** Where to post the webhook. An auto-debit of the merchant's sends none. */
  readonly webhookUrl: string;
  /** What to sign it with. */
  readonly hmacKey: string;
  /** @default 'subscription' */
  readonly scheme?: 'standard' | 'subscription' | undefined;
  /** Of the shop's order. @default a random one */
  readonly orderNo?: string | undefined;
  /** As a text with the decimals of the currency. @default '10.000' */
  readonly amount?: string | undefined;
  /** @default 'KWD' */
  readonly currencyCode?: string | undefined;
  /** Whether the customer pays with a new card and ticks "save card". @default true, but for one who pays `with` a card */
  readonly saveCard?: boolean | undefined;
  /** What the new card differs in from `aCard()`. */
  readonly card?: Partial<SavedCard> | undefined;
  /**
   * Pays with a card that the customer has saved before. Its token is in the webhook like that of a new card, and
   * nothing there tells the two apart.
   */
  readonly with?: Pick<SavedCard, 'token'> | undefined;
  /**
   * `auto_debit` together with `with` is a payment that the merchant starts: it sends no webhook.
   *
   * @default 'one_off'
   */
  readonly paymentType?: string | undefined;
  /** The id of an auto-debit agreement: it then rests on the card. */
  readonly agreement?: string | undefined;
  /** `success`, `failed`, `pending`, `canceled`, `error`, `cod`, …: anything but `success` saves no card. @default 'success' */
  readonly result?: string | undefined;
  /** What of the card the webhook tells: all, the few fields that Ottu often sends, or the token alone. @default 'partial' */
  readonly tokenForm?: 'whole' | 'partial' | 'text' | undefined;
}

/** A webhook's body. */
export type FakeWebhook = Readonly<Record<string, unknown>>;

/**
 * The body that Ottu would post for this payment, signed. Written apart from the library's own verifier, so that
 * neither can hide a mistake of the other.
 *
 * @see Ottu's webhook guides, seen 2026-11-20
 */
export function webhookOf(payment: FakePayment, card: FakeCard | undefined): FakeWebhook {
  const { customerId, scheme = 'subscription', result = 'success', agreement, paymentType = 'one_off' } = payment;
  const { orderNo = `ORDER-${randomBytes(4).toString('hex')}`, amount = '10.000', currencyCode = 'KWD' } = payment;
  const payload = {
    amount,
    currency_code: currencyCode,
    customer_email: 'payer@shop.example',
    customer_first_name: 'Test',
    customer_id: customerId,
    customer_last_name: '',
    customer_phone: null,
    gateway_account: card?.pgCode ?? 'credit-card',
    gateway_name: 'ottu_sandbox',
    is_sandbox: true,
    order_no: orderNo,
    payment_type: paymentType,
    reference_number: `sandbox${randomBytes(3).toString('hex')}`,
    result,
    session_id: randomBytes(20).toString('hex'),
    state: result === 'success' ? 'paid' : result,
    timestamp_utc: new Date().toISOString(),
    agreement: agreement === undefined ? null : { id: agreement },
    extra: { merchant_id: 'sandbox.ottu.net' },
    ...(card !== undefined && { token: tokenOf(card, payment.tokenForm) }),
  };
  return { ...payload, signature: fakeSignature(payload, payment.hmacKey, scheme) };
}

/** Signs as Ottu's guides say: eighteen fields run together, or those and eight more as lines. */
export function fakeSignature(payload: FakeWebhook, hmacKey: string, scheme: 'standard' | 'subscription'): string {
  const paths = [...PAYMENT_FIELDS, ...(scheme === 'subscription' ? CARD_PATHS : [])].toSorted();
  const pairs = paths.map((path) => [path, lookUp(payload, path)] as const).filter(([, value]) => isSigned(value));
  const message =
    scheme === 'standard'
      ? pairs.map(([path, value]) => path + String(value)).join('')
      : pairs.map(([path, value]) => `${path}=${String(value)}`).join('\n');
  return createHmac('sha256', hmacKey).update(message, 'utf8').digest('hex');
}

const PAYMENT_FIELDS = words(`
  amount currency_code order_no reference_number result state gateway_account gateway_name
  customer_email customer_first_name customer_last_name customer_phone
  customer_address_line1 customer_address_line2 customer_address_city customer_address_state
  customer_address_postal_code customer_address_country`);
const CARD_PATHS = words(`
  payment_type session_id agreement.id token.token token.customer_id token.pg_code
  extra.merchant_id extra.autopay.subscription_id`);

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

function lookUp(payload: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => new Map<string, unknown>(Object.entries(value ?? {})).get(name), payload);
}

function isSigned(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function tokenOf(card: FakeCard, form: FakePayment['tokenForm'] = 'partial'): unknown {
  if (form === 'text') return card.token;
  const partial = {
    token: card.token,
    customer_id: card.customerId,
    pg_code: card.pgCode,
    brand: card.brand,
    number: card.number,
    agreements: card.agreements,
  };
  if (form === 'partial') return partial;
  return {
    ...partial,
    name_on_card: card.nameOnCard,
    expiry_month: card.expiryMonth,
    expiry_year: card.expiryYear,
    pg_name: card.pgName,
    is_preferred: card.isPreferred,
    is_expired: card.isExpired,
    will_expire_soon: card.willExpireSoon,
    cvv_required: card.cvvRequired,
  };
}
