import { customerIdRule, tokenRule } from '../cards/card-rules.js';
import type { CardReference } from '../cards/saved-card.js';
import type { SignedFields, WebhookClaims } from './card-saved.event.js';
import { type SignedValues, signedValues, valueAt, type WebhookScheme } from './signed-values.wire.js';
import { isRecord } from '../common/is-record.js';

/** The card that a payload says was saved: a claim until Ottu confirms it. */
type ClaimedCard = CardReference | 'none' | 'unreadable';

/** A payload whose signature holds, taken apart. */
export interface SignedWebhook {
  readonly isSuccess: boolean;
  readonly card: ClaimedCard;
  readonly signed: SignedFields;
  readonly claims: WebhookClaims;
}

/** Reads a payload that `verifyWebhook` found signed under `scheme`. */
export function readWebhook(payload: Readonly<Record<string, unknown>>, scheme: WebhookScheme): SignedWebhook {
  const values = signedValues(payload, scheme) ?? new Map<string, string>();
  return {
    isSuccess: values.get('result') === 'success',
    card: claimedCard(payload),
    signed: signedFields(values),
    claims: claimsOf(payload, values),
  };
}

/**
 * `token` is an object like a card, often with a few of its fields only, and in Ottu's own demo sometimes the token
 * alone.
 *
 * @see Ottu's webhook guide and demo shop, seen 2026-11-20
 */
function claimedCard(payload: Readonly<Record<string, unknown>>): ClaimedCard {
  const saved = valueAt(payload, ['token']);
  const token = isRecord(saved) ? valueAt(saved, ['token']) : saved;
  if (token === undefined || token === null || token === '') return 'none';
  const customerId = valueAt(saved, ['customer_id']) || valueAt(payload, ['customer_id']); // an empty one is none
  if (typeof token !== 'string' || typeof customerId !== 'string') return 'unreadable';
  const problem = tokenRule(token) ?? customerIdRule(customerId);
  return problem === undefined ? { token, customerId } : 'unreadable';
}

function signedFields(values: SignedValues): SignedFields {
  return {
    amount: values.get('amount'),
    currencyCode: values.get('currency_code'),
    customerAddressCity: values.get('customer_address_city'),
    customerAddressCountry: values.get('customer_address_country'),
    customerAddressLine1: values.get('customer_address_line1'),
    customerAddressLine2: values.get('customer_address_line2'),
    customerAddressPostalCode: values.get('customer_address_postal_code'),
    customerAddressState: values.get('customer_address_state'),
    customerEmail: values.get('customer_email'),
    customerFirstName: values.get('customer_first_name'),
    customerLastName: values.get('customer_last_name'),
    customerPhone: values.get('customer_phone'),
    gatewayAccount: values.get('gateway_account'),
    gatewayName: values.get('gateway_name'),
    orderNo: values.get('order_no'),
    referenceNumber: values.get('reference_number'),
    result: values.get('result'),
    state: values.get('state'),
    agreement: { id: values.get('agreement.id') },
    extra: {
      merchantId: values.get('extra.merchant_id'),
      autopay: { subscriptionId: values.get('extra.autopay.subscription_id') },
    },
    paymentType: values.get('payment_type'),
    sessionId: values.get('session_id'),
    token: {
      customerId: values.get('token.customer_id'),
      pgCode: values.get('token.pg_code'),
      token: values.get('token.token'),
    },
  };
}

/** Without the signature: it is proven, and whoever has it can replay the event. */
function claimsOf(payload: Readonly<Record<string, unknown>>, values: SignedValues): WebhookClaims {
  const { signature: _, ...rest } = payload;
  return Object.fromEntries(
    Object.entries(unsigned(rest, '', [...values.keys()])).map(([name, value]) => [camelCase(name), value]),
  );
}

function unsigned(fields: Readonly<Record<string, unknown>>, prefix: string, paths: readonly string[]): object {
  const entries = Object.entries(fields).flatMap(([name, value]) => {
    const path = prefix + name;
    if (name.includes('.')) return [[name, value] as const]; // no path leads there
    if (paths.includes(path)) return [];
    const isOnTheWay = isRecord(value) && paths.some((signed) => signed.startsWith(`${path}.`));
    return [[name, isOnTheWay ? unsigned(value, `${path}.`, paths) : value] as const];
  });
  return Object.fromEntries(entries);
}

function camelCase(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
