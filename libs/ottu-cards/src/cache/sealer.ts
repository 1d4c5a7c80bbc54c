import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Stands before every sealed value and is sealed with it; another shape of the content takes another version. */
const VERSION = 'v1';
const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Names and seals what is kept, with keys derived from one secret: who reads a store learns nothing from it. */
export class Sealer {
  readonly #nameKey: Buffer;
  readonly #sealKey: Buffer;

  constructor(secret: string) {
    this.#nameKey = derive(secret, 'name');
    this.#sealKey = derive(secret, 'seal');
  }

  /** The name of what `parts` tell apart. A JSON array, because joined strings could collide. */
  name(parts: readonly unknown[]): string {
    return `ottu-cards:${createHmac('sha256', this.#nameKey).update(JSON.stringify(parts)).digest('base64url')}`;
  }

  /** The value as text that opens under `key` alone. */
  seal(key: string, value: unknown): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#sealKey, iv).setAAD(boundTo(key));
    const sealed = [cipher.update(JSON.stringify(value)), cipher.final()];
    return `${VERSION}.${Buffer.concat([iv, cipher.getAuthTag(), ...sealed]).toString('base64url')}`;
  }

  /** What was sealed under `key`; `undefined` for everything else: garbage, another version, key or secret. */
  open(key: string, sealed: unknown): unknown {
    if (typeof sealed !== 'string' || !sealed.startsWith(`${VERSION}.`)) return undefined;
    const bytes = Buffer.from(sealed.slice(VERSION.length + 1), 'base64url');
    if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined;
    const body = bytes.subarray(IV_BYTES + TAG_BYTES);
    try {
      const decipher = createDecipheriv(CIPHER, this.#sealKey, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
        .setAAD(boundTo(key));
      return JSON.parse(Buffer.concat([decipher.update(body), decipher.final()]).toString());
    } catch {
      return undefined;
    }
  }
}

function derive(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'nestjs-ottu-cards/cache', `${VERSION} ${purpose}`, 32));
}

function boundTo(key: string): Buffer {
  return Buffer.from(`${VERSION} ${key}`);
}
