import { createHmac, timingSafeEqual } from 'node:crypto';
import { OttuConfigError, OttuInputError } from '../errors/errors.js';
import { SIGNED_PATHS, type SignedValues, signedValues, valueAt, type WebhookScheme } from './signed-fields.wire.js';

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

/** What a signature that holds proves. */
export interface VerifiedSignature {
  readonly scheme: WebhookScheme;
  readonly signature: string;
  /** The signed values, and nothing else. */
  readonly values: SignedValues;
}

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
  const values = signedValues(payload, scheme);
  const message = values && messageOf(values, scheme);
  if (message !== undefined) return hmac(hmacKey, message).toString('hex');
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
    const values = signedValues(payload, scheme);
    const message = values && messageOf(values, scheme);
    if (values === undefined || message === undefined) continue;
    if (hmacKeys.some((key) => timingSafeEqual(hmac(key, message), given))) return { scheme, signature, values };
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

/** Where nothing is signed at all, both match: the one that proves less comes first. */
const SCHEMES = ['standard', 'subscription'] as const;

/** What is signed, byte by byte; `undefined` where it could be read in more than one way. */
function messageOf(values: SignedValues, scheme: WebhookScheme): string | undefined {
  return scheme === 'standard' ? standardMessage(values) : subscriptionMessage(values);
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
