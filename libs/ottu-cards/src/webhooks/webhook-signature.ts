import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { OttuConfigError, OttuInputError } from '../errors/errors.js';
import { hmacKeyProblem } from './hmac-key.js';
import { SIGNED_PATHS, type SignedValues, signedValues, valueAt, type WebhookScheme } from './signed-values.wire.js';

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
  const keys = typeof hmacKey === 'string' ? [hmacKey] : hmacKey;
  const signature = signatureOf(payload);
  if (signature === undefined) return undefined;
  const given = Buffer.from(signature, 'hex');
  return SCHEMES.find((scheme) => {
    const message = messageOf(payload, scheme);
    return message !== undefined && keys.some((key) => timingSafeEqual(hmac(key, message), given));
  });
}

/**
 * The signature that Ottu would put into this payload, as lower-case hex: for tests of an endpoint.
 *
 * @throws OttuInputError where a value stands among the signed ones that no signature is trusted with
 * @throws OttuConfigError for an empty or blank key
 */
export function signWebhook({ payload, hmacKey, scheme }: SignWebhookInput): string {
  checkKey('signWebhook', hmacKey);
  const message = messageOf(payload, scheme);
  if (message !== undefined) return hmac(hmacKey, message).toString('hex');
  throw new OttuInputError(
    `signWebhook(): the payload cannot be signed. What the ${scheme} scheme signs must be strings or safe integers, ` +
      'none of which can be mistaken for the field after it.',
  );
}

/** The payload's own signature where it has the shape of one. */
export function signatureOf(payload: unknown): string | undefined {
  const signature = valueAt(payload, ['signature']);
  return typeof signature === 'string' && /^[0-9a-f]{64}$/.test(signature) ? signature : undefined;
}

/** Names the event of this signature and card; tells neither. Half of what goes in is a secret of 256 bits. */
export function eventId(signature: string, token: string): string {
  return createHash('sha256').update(`${signature}\n${token}`).digest('hex');
}

/** Where nothing is signed at all, both match: the one that proves less comes first. */
const SCHEMES = ['standard', 'subscription'] as const;

/** What is signed, byte by byte; `undefined` where it could be read in more than one way. */
function messageOf(payload: unknown, scheme: WebhookScheme): string | undefined {
  const values = signedValues(payload, scheme);
  if (values === undefined) return undefined;
  if (scheme === 'subscription') return linesOf(values);
  // Names and values run into one another: "Real Estate" holds `state`. One border can be proven all the same, that of
  // `result`: only `state` follows it, and no state of Ottu's holds the word.
  if (values.get('state')?.includes('result')) return undefined;
  return Array.from(values, ([path, value]) => path + value).join('');
}

/** One line per value. A value that holds the beginning of another line makes two payloads share a message. */
function linesOf(values: SignedValues): string | undefined {
  if (Array.from(values.values()).some((value) => BEGINNING_OF_LINE.test(value))) return undefined;
  return Array.from(values, ([path, value]) => `${path}=${value}`).join('\n');
}

const BEGINNING_OF_LINE = new RegExp(`\n(?:${SIGNED_PATHS.subscription.join('|').replaceAll('.', '[.]')})=`);

function hmac(key: string, message: string): Buffer {
  return createHmac('sha256', key).update(message).digest();
}

function checkKey(name: string, hmacKey: unknown): void {
  const problem = hmacKeyProblem(hmacKey);
  if (problem !== undefined) throw new OttuConfigError(`${name}(): hmacKey ${problem}.`);
}
