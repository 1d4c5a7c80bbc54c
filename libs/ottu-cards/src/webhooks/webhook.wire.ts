import { createHash } from 'node:crypto';
import { customerIdRule, tokenRule } from '../cards/card-rules.js';
import type { CardReference } from '../cards/saved-card.js';
import { isRecord } from '../common/is-record.js';
import type { PaymentEvent, SignedFields, WebhookClaims } from './webhook-events.js';
import {
  SIGNED_PATHS,
  type SignedValues,
  valueAt,
  type VerifiedSignature,
  type WebhookScheme,
} from './webhook-signature.wire.js';

/** A genuine webhook, taken apart. */
export interface GenuineWebhook {
  readonly event: PaymentEvent;
  /** A hash that all webhooks of one signature share: the id of the event where something signed names the payment. */
  readonly signatureId: string;
  /** The card that the webhook says was used or saved: a claim until Ottu confirms it. */
  readonly card: CardReference | 'none' | 'unreadable';
}

/** Reads a payload whose signature holds; `undefined` where that proves no result. */
export function readWebhook(
  payload: Readonly<Record<string, unknown>>,
  { scheme, signature, values }: VerifiedSignature,
): GenuineWebhook | undefined {
  const result = values.get('result');
  // Without it a text of the payer's that holds "resultsuccess" could be taken for the result.
  if (scheme === 'standard' && (result === undefined || holdsOtherField(values))) return undefined;
  const isNamed = values.has('reference_number') || values.has('order_no');
  const sessionId = valueAt(payload, ['session_id']);
  return {
    event: {
      id: isNamed ? hashOf(signature) : hashOf(signature, typeof sessionId === 'string' ? sessionId : ''),
      scheme,
      result,
      state: values.get('state'),
      signed: signedFields(values),
      claims: claimsOf(payload, values),
    },
    signatureId: hashOf(signature),
    card: claimedCard(payload, scheme, values),
  };
}

/**
 * The standard scheme signs names and values without a mark between them: a payer who calls himself
 * `Xorder_noORDER-2reference_number` could have his webhook read as that of another order. No person and no gateway is
 * called so; an order's number may be, in part. The names without an underscore stand in ordinary words ("Real Estate"), and their borders are certain:
 * `amount` comes first, `result` and `state` last.
 */
function holdsOtherField(values: SignedValues): boolean {
  const names = SIGNED_PATHS.standard.filter((name) => name.includes('_'));
  return Array.from(values).some(([path, value]) => names.some((name) => name !== path && value.includes(name)));
}

/** Tells nothing: the signature alone is a secret of 256 bits. */
function hashOf(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}

/**
 * `token` is an object like a card, often with a few of its fields only, and in Ottu's own demo sometimes the token
 * alone. Under the subscription scheme only what is signed names a card.
 *
 * @see Ottu's webhook guide and demo shop, seen 2026-11-20
 */
function claimedCard(
  payload: Readonly<Record<string, unknown>>,
  scheme: WebhookScheme,
  values: SignedValues,
): GenuineWebhook['card'] {
  if (scheme === 'subscription') return cardOf(values.get('token.token'), values.get('token.customer_id'));
  const saved = valueAt(payload, ['token']);
  const token = isRecord(saved) ? valueAt(saved, ['token']) : saved;
  return cardOf(token, valueAt(saved, ['customer_id']) || valueAt(payload, ['customer_id'])); // an empty one is none
}

function cardOf(token: unknown, customerId: unknown): GenuineWebhook['card'] {
  if (token === undefined || token === null || token === '') return 'none';
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
  const claims = { ...payload };
  for (const path of ['signature', ...values.keys()]) drop(claims, path.split('.'));
  const named = Object.fromEntries(Object.entries(claims).map(([name, value]) => [camelCase(name), value]));
  dropPrototypes(named);
  return named;
}

/** Takes a value out; objects on the way to it are copied, because the payload is not ours to change. */
function drop(fields: Record<string, unknown>, [name = '', ...rest]: readonly string[]): void {
  const child = fields[name];
  if (rest.length === 0) Reflect.deleteProperty(fields, name);
  else if (isRecord(child)) drop((fields[name] = { ...child }), rest);
}

/**
 * `Object.assign({}, claims)` would make an own `__proto__` the prototype of the copy. A loop, because what nests
 * deeply overflows the stack of a recursion.
 */
function dropPrototypes(root: object): void {
  const pending = [root];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    Reflect.deleteProperty(value, '__proto__'); // an own one: the name that all objects inherit stays
    for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) pending.push(child);
  }
}

function camelCase(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
