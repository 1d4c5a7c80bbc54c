import { isRecord } from '../common/is-record.js';

/** Two ways to sign live side by side at Ottu; the merchant's instance decides which one it uses. */
export type WebhookScheme = 'standard' | 'subscription';

const STANDARD = [
  'amount',
  'currency_code',
  'customer_address_city',
  'customer_address_country',
  'customer_address_line1',
  'customer_address_line2',
  'customer_address_postal_code',
  'customer_address_state',
  'customer_email',
  'customer_first_name',
  'customer_last_name',
  'customer_phone',
  'gateway_account',
  'gateway_name',
  'order_no',
  'reference_number',
  'result',
  'state',
];

const SUBSCRIPTION = [
  ...STANDARD,
  'agreement.id',
  'extra.autopay.subscription_id',
  'extra.merchant_id',
  'payment_type',
  'session_id',
  'token.customer_id',
  'token.pg_code',
  'token.token',
];

/**
 * What each scheme signs, in the order in which it does: alphabetical.
 *
 * @see Ottu's webhook guides, the 18 fields and the 26 paths that follow them since about August 2026, seen 2026-11-20
 */
export const SIGNED_PATHS: Readonly<Record<WebhookScheme, readonly string[]>> = {
  standard: STANDARD,
  subscription: SUBSCRIPTION.toSorted(byCodeUnits),
};

/** The texts that a scheme signs, by path, in its order. */
export type SignedValues = ReadonlyMap<string, string>;

/**
 * The signed values of a payload; absent, `null` and empty ones are not among them. `undefined` where one of them has
 * no text that Ottu's Python and this code would surely write alike: only strings and safe integers do.
 *
 * @see Ottu's page on the subscription scheme: it skips `0`, `false`, `[]` and `{}` too, seen 2026-11-21. For the
 * standard scheme its pages disagree; this follows its Python SDK 1.10.1, which skips `null` and the empty text.
 */
export function signedValues(payload: unknown, scheme: WebhookScheme): SignedValues | undefined {
  const texts = new Map<string, string>();
  for (const path of SIGNED_PATHS[scheme]) {
    const value = valueAt(payload, path.split('.'));
    if (value === undefined || value === null || value === '') continue;
    if (scheme === 'subscription' && isFalsyInPython(value)) continue;
    const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
    if (typeof text !== 'string' || LONE_SURROGATE.test(text)) return undefined;
    texts.set(path, text);
  }
  return texts;
}

function isFalsyInPython(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === 0 || value === false || (isRecord(value) && Object.keys(value).length === 0);
}

/** Becomes U+FFFD as UTF-8, so that two different texts would share a signature. */
const LONE_SURROGATE = /\p{Cs}/u;

/** An own value, however deep; `undefined` where the path does not lead through objects. */
export function valueAt(payload: unknown, path: readonly string[]): unknown {
  let value = payload;
  for (const name of path) {
    if (!isRecord(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : 1;
}
