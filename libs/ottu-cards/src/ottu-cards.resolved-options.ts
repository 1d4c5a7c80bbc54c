import type { BindableCache } from './cards/list-cache.js';
import type { OttuEnv } from './cards/cards.wire.js';
import { OttuConfigError } from './errors/errors.js';
import { OTTU_CARDS_DEFAULTS } from './ottu-cards.options.js';
import { apiKeyProblem, checkOptions } from './ottu-cards.options-check.js';
import type { TransportOptions } from './transport/ottu-transport.js';
import { isRecord } from './common/is-record.js';

/** The options after their check, with defaults in place. Prints without key and proxy. */
export class ResolvedOptions implements TransportOptions {
  readonly origin: string;
  readonly env: OttuEnv;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly cache: BindableCache | undefined;
  readonly #apiKey: TransportOptions['apiKey'];
  readonly #proxy: string | undefined;

  /** @throws OttuConfigError */
  constructor(given: unknown) {
    const options: unknown = isRecord(given) ? Object.assign(Object.create(null), given) : given; // nothing inherited
    checkOptions(options);
    const { apiKey, env, merchantId, baseUrl } = options;
    this.origin = new URL(baseUrl ?? `https://${merchantId ?? OTTU_CARDS_DEFAULTS.merchantId}`).origin;
    this.env = env;
    this.timeoutMs = options.timeoutMs ?? OTTU_CARDS_DEFAULTS.timeoutMs;
    this.maxRetries = options.maxRetries ?? OTTU_CARDS_DEFAULTS.maxRetries;
    this.#apiKey = typeof apiKey === 'function' ? () => askForKey(apiKey) : apiKey;
    this.#proxy = options.proxy;
    this.cache = options.cache;
  }

  get apiKey(): TransportOptions['apiKey'] {
    return this.#apiKey;
  }

  get proxy(): string | undefined {
    return this.#proxy;
  }

  toJSON(): Record<string, unknown> {
    const { origin, env, timeoutMs, maxRetries } = this;
    return { origin, env, timeoutMs, maxRetries, apiKey: '[redacted]', ...(this.#proxy && { proxy: '[redacted]' }) };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): Record<string, unknown> {
    return this.toJSON();
  }
}

/** What the function throws may hold anything: it is dropped, not kept as `cause`. */
async function askForKey(apiKey: () => string | Promise<string>): Promise<string> {
  let key: unknown;
  try {
    key = await apiKey();
  } catch {
    throw new OttuConfigError(
      'The apiKey function failed, so nothing was sent. Its own error is not shown: it could hold the key.',
    );
  }
  if (typeof key === 'string' && apiKeyProblem(key) === undefined) return key;
  throw new OttuConfigError(`What the apiKey function gave ${apiKeyProblem(key)}. Nothing was sent.`);
}
