import { createHmac, timingSafeEqual } from 'node:crypto';
import { isRecord } from '../common/is-record.js';
import { OttuConfigError, OttuInputError } from '../errors/errors.js';

/** Two ways to sign live side by side at Ottu; the merchant's instance decides which one it uses. */
export type WebhookScheme = 'standard' | 'subscription';

/** A parsed body, and what it is checked with. */
export interface VerifyWebhookInput {
  /** The body after `JSON.parse`, whatever it is. */
  readonly payload: unknown;
  /** The HMAC key from Ottu's dashboard; while it is being replaced, the old and the new one. */
  readonly hmacKey: string | readonly string[];
}

/** What to sign, and how. */
export interface SignWebhookInput {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly hmacKey: string;
  readonly scheme: WebhookScheme;
}

/** The texts that a scheme signs, by path, in its order. */
export type SignedValues = ReadonlyMap<string, string>;

/** What a signature that holds proves. */
export interface VerifiedSignature {
  readonly scheme: WebhookScheme;
  readonly signature: string;
  /** The signed values, and nothing else. */
  readonly values: SignedValues;
}

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
  subscription: SUBSCRIPTION.toSorted(),
};

/** Where nothing is signed at all, both match: the one that proves less comes first. */
const SCHEMES = ['standard', 'subscription'] as const;

/**
 * Tells the scheme under which the payload's `signature` holds; `undefined` when it holds under none. Proves the signed
 * values of that scheme and nothing else: neither the rest of the payload nor when it was sent.
 *
 * The signature is 64 lower-case hex characters, as Ottu writes it. Other spellings of the same bytes are refused: each
 * would pass as another event.
 *
 * @throws OttuConfigError for an empty or blank key, with which anybody could sign; never because of the payload
 * @see Ottu's webhook guides and its Python SDK 1.10.1, seen 2026-11-20
 * @example verifyWebhook({ payload: { amount: '86.000', currency_code: 'KWD', customer_first_name: 'example-customer',
 *   signature: '6143b8ad4bd283540721ab000f6de746e722231aaaa90bc38f639081d3ff9f67' }, hmacKey: 'pu9MpX3yPR' }) // 'standard'
 */
export function verifyWebhook({ payload, hmacKey }: VerifyWebhookInput): WebhookScheme | undefined {
  checkKey('verifyWebhook', hmacKey);
  return verifySignature(payload, typeof hmacKey === 'string' ? [hmacKey] : hmacKey)?.scheme;
}

/**
 * The signature that Ottu would put into this payload, as lower-case hex: for tests of an endpoint.
 *
 * @throws OttuInputError where a value stands among the signed ones that no signature is trusted with
 * @throws OttuConfigError for an empty or blank key
 */
export function signWebhook({ payload, hmacKey, scheme }: SignWebhookInput): string {
  checkKey('signWebhook', hmacKey);
  const signed = readSigned(payload, scheme);
  if (signed) return hmac(hmacKey, signed.message).toString('hex');
  throw new OttuInputError(
    `signWebhook(): the payload cannot be signed. What the ${scheme} scheme signs must be strings or safe integers, ` +
      'none of which can be mistaken for the field after it.',
  );
}

/** @param hmacKeys checked by `hmacKeyRule` */
export function verifySignature(payload: unknown, hmacKeys: readonly string[]): VerifiedSignature | undefined {
  const signature = valueAt(payload, ['signature']);
  if (typeof signature !== 'string' || !/^[0-9a-f]{64}$/.test(signature)) return undefined;
  const given = Buffer.from(signature, 'hex');
  for (const scheme of SCHEMES) {
    const signed = readSigned(payload, scheme);
    if (signed && hmacKeys.some((key) => timingSafeEqual(hmac(key, signed.message), given))) {
      return { scheme, signature, values: signed.values };
    }
  }
  return undefined;
}

/** Completes "hmacKey …" when it is no key, or a list in which one is not; never holds the value. */
export function hmacKeyRule(value: unknown): string | undefined {
  if (!Array.isArray(value)) return keyProblem(value);
  const keys: unknown[] = value;
  if (keys.length === 0) return "is an empty list: set the HMAC key from Ottu's dashboard";
  const index = keys.findIndex((key) => keyProblem(key) !== undefined);
  return index === -1 ? undefined : `[${index}] ${keyProblem(keys[index])}`;
}

function keyProblem(key: unknown): string | undefined {
  if (key === undefined || key === null || (typeof key === 'string' && key.trim() === '')) {
    return "is empty, so anybody could sign: set the HMAC key from Ottu's dashboard";
  }
  if (typeof key !== 'string') return 'must be a string, or a list of strings while a key is being replaced';
  return key.trim() === key ? undefined : 'begins or ends with white space: copy the key again';
}

/**
 * The signed values of a payload and the message that they make; absent, `null` and empty values are not among them.
 * `undefined` where one of them has no text that Ottu's Python and this code would surely write alike (only strings and
 * safe integers do), and where the message could be read in more than one way.
 *
 * @see Ottu's page on the subscription scheme: it skips `0`, `false`, `[]` and `{}` too, seen 2026-11-21. For the
 * standard scheme its pages disagree; this follows its Python SDK 1.10.1, which skips `null` and the empty text.
 */
function readSigned(payload: unknown, scheme: WebhookScheme): { values: SignedValues; message: string } | undefined {
  const values = new Map<string, string>();
  for (const path of SIGNED_PATHS[scheme]) {
    const value = valueAt(payload, path.split('.'));
    if (value === undefined || value === null || value === '') continue;
    if (scheme === 'subscription' && isFalsyInPython(value)) continue;
    const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
    if (typeof text !== 'string' || LONE_SURROGATE.test(text)) return undefined;
    values.set(path, text);
  }
  const message = scheme === 'standard' ? standardMessage(values) : subscriptionMessage(values);
  return message === undefined ? undefined : { values, message };
}

function isFalsyInPython(value: unknown): boolean {
  const isContainer = Array.isArray(value) || isRecord(value);
  return value === 0 || value === false || (isContainer && Object.keys(value).length === 0);
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

/**
 * Names and values without a mark between them, so that a text of the payer's can be taken for a field ("Real Estate"
 * holds `state`). The border of `result` is certain all the same: only `state` follows it, and no state of Ottu's holds
 * the name of a field. A message of lines like those of the subscription scheme is one of that scheme.
 */
function standardMessage(values: SignedValues): string | undefined {
  const state = values.get('state') ?? '';
  if (SIGNED_PATHS.standard.some((name) => state.includes(name))) return undefined;
  const message = Array.from(values, ([path, value]) => path + value).join('');
  return FIRST_LINE.test(message) && LATER_LINE.test(message) ? undefined : message;
}

/** One line for each value. A value that holds the beginning of another line makes two payloads share a message. */
function subscriptionMessage(values: SignedValues): string | undefined {
  for (const value of values.values()) if (LATER_LINE.test(value)) return undefined;
  return Array.from(values, ([path, value]) => `${path}=${value}`).join('\n');
}

const PATH = SIGNED_PATHS.subscription.join('|').replaceAll('.', '[.]');
const FIRST_LINE = new RegExp(`^(?:${PATH})=`);
const LATER_LINE = new RegExp(`\n(?:${PATH})=`);

function hmac(key: string, message: string): Buffer {
  return createHmac('sha256', key).update(message).digest();
}

function checkKey(name: string, hmacKey: unknown): void {
  const problem = hmacKeyRule(hmacKey);
  if (problem !== undefined) throw new OttuConfigError(`${name}(): hmacKey ${problem}.`);
}
