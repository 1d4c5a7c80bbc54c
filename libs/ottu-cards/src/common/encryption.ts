import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scryptSync } from 'node:crypto';

/** Stands before every encrypted text; another shape of the content takes another version. */
const VERSION = 'v1';
const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A key of 32 bytes for one purpose; keys of different purposes tell nothing of each other. */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'nestjs-ottu-cards', `${VERSION} ${purpose}`, 32));
}

/**
 * As `deriveKey`, from a secret that may be short enough to guess: each guess costs tens of milliseconds and 16 MiB. For
 * the start of an application, because it blocks.
 */
export function stretchKey(secret: string, purpose: string): Buffer {
  return scryptSync(secret, `nestjs-ottu-cards ${VERSION} ${purpose}`, 32);
}

/** Encrypts values as text (AES-256-GCM, a random nonce each) that decrypts only in the place it was made for. */
export class Encryption {
  readonly #keys: readonly [Buffer, ...Buffer[]];

  /** @param keys of 32 bytes: the first encrypts, each decrypts */
  constructor(...keys: readonly [Buffer, ...Buffer[]]) {
    this.#keys = keys;
  }

  /** @param place such as the key that a store keeps the text under */
  encrypt(place: string, value: unknown): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#keys[0], iv).setAAD(boundTo(place));
    const encrypted = [cipher.update(JSON.stringify(value)), cipher.final()];
    return `${VERSION}.${Buffer.concat([iv, cipher.getAuthTag(), ...encrypted]).toString('base64url')}`;
  }

  /** `undefined` for everything that was not encrypted for this place, with one of the keys, in this version. */
  decrypt(place: string, text: unknown): unknown {
    if (typeof text !== 'string' || !text.startsWith(`${VERSION}.`)) return undefined;
    const bytes = Buffer.from(text.slice(VERSION.length + 1), 'base64url');
    if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined;
    for (const key of this.#keys) {
      const decrypted = open(key, place, bytes);
      if (decrypted !== undefined) return decrypted;
    }
    return undefined;
  }
}

function open(key: Buffer, place: string, bytes: Buffer): unknown {
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
      .setAAD(boundTo(place));
    const body = bytes.subarray(IV_BYTES + TAG_BYTES);
    return JSON.parse(Buffer.concat([decipher.update(body), decipher.final()]).toString());
  } catch {
    return undefined;
  }
}

function boundTo(place: string): Buffer {
  return Buffer.from(`${VERSION} ${place}`);
}
