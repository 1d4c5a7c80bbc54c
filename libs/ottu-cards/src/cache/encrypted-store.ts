import { createHmac } from 'node:crypto';
import { deriveKey, Encryption } from '../common/encryption.js';

/**
 * A store that the instances of a shop share: a `Keyv` with `@keyv/redis`, or anything else with these three methods.
 * Every instance must read what any of them wrote last: no replica for reads, no copy in the memory of an instance.
 */
export interface CardStore {
  get(key: string): unknown;
  /** Keeps a string; it may be dropped after `ttlMs` milliseconds, or before. */
  set(key: string, value: string, ttlMs: number): unknown;
  delete(key: string): unknown;
}

/** A list of 1 MiB is smaller, also encrypted: what is longer was not written here, and is not worth the time. */
const MAX_LENGTH = 4 * 1024 * 1024;

/** A user's store that sees neither customers nor cards: keys are HMACs, values are encrypted for their key. */
export class EncryptedStore {
  readonly #store: CardStore;
  readonly #nameKey: Buffer;
  readonly #encryption: Encryption;
  readonly #scope: readonly string[];

  /** @param scope tells modules that share the store and the secret apart */
  constructor(store: CardStore, secret: string, scope: readonly string[]) {
    this.#store = store;
    this.#nameKey = deriveKey(secret, 'cache names');
    this.#encryption = new Encryption(deriveKey(secret, 'cache values'));
    this.#scope = scope;
  }

  /** The key of what `parts` tell apart. */
  keyOf(...parts: readonly string[]): string {
    const name = JSON.stringify([...this.#scope, ...parts]); // joined texts could be equal
    return `ottu-cards:${createHmac('sha256', this.#nameKey).update(name).digest('base64url')}`;
  }

  /** `undefined` for everything that was not set here with the same secret under the same key. */
  async get(key: string): Promise<unknown> {
    const text = await this.#store.get(key);
    return typeof text === 'string' && text.length > MAX_LENGTH ? undefined : this.#encryption.decrypt(key, text);
  }

  async set(key: string, value: unknown, ttlMs: number): Promise<void> {
    await this.#store.set(key, this.#encryption.encrypt(key, value), ttlMs);
  }

  async delete(key: string): Promise<void> {
    await this.#store.delete(key);
  }
}
