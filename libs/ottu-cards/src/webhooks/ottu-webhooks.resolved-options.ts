import { checkWebhooksOptions, type GivenOptions } from './ottu-webhooks.options-check.js';
import type { OttuWebhooksOptions } from './ottu-webhooks.options.js';

/** The options after their check. Prints without the keys. */
export class ResolvedWebhooksOptions {
  readonly store: OttuWebhooksOptions['store'];
  readonly onUndelivered: OttuWebhooksOptions['onUndelivered'];
  readonly #hmacKeys: readonly string[];

  /** @throws OttuConfigError */
  constructor(given: GivenOptions) {
    const { hmacKey, store, onUndelivered } = checkWebhooksOptions(given);
    this.store = store;
    this.onUndelivered = onUndelivered;
    this.#hmacKeys = typeof hmacKey === 'string' ? [hmacKey] : [...hmacKey];
  }

  get hmacKeys(): readonly string[] {
    return this.#hmacKeys;
  }
}
