import type { BindableCache } from './cards/list-cache.js';
import type { OttuEnv } from './cards/cards.wire.js';

/** How to reach one merchant at Ottu. */
export interface OttuCardsOptions {
  /**
   * The private key from Ottu's dashboard (the public one is answered with 401). A function is asked once per call,
   * inside its deadline, so that keys can rotate.
   */
  readonly apiKey: string | (() => string | Promise<string>);
  /**
   * Which cards: one Ottu host holds those of both. There is no default, because a wrong one shows empty lists, not
   * an error.
   */
  readonly env: OttuEnv;
  /**
   * The host of the merchant's Ottu account, without a scheme. Required for `env: 'production'`.
   *
   * @default 'sandbox.ottu.net' with `env: 'sandbox'`
   * @example 'pay.shop.example'
   */
  readonly merchantId?: string | undefined;
  /**
   * A whole origin instead of `merchantId`: a fake Ottu, a gateway of your own. Plain `http:` only on loopback.
   *
   * @example 'http://127.0.0.1:4010'
   */
  readonly baseUrl?: string | undefined;
  /** The whole call, retries included, in milliseconds. @default 12_000 */
  readonly timeoutMs?: number | undefined;
  /** Further attempts after the first; 0 means one attempt. @default 2 */
  readonly maxRetries?: number | undefined;
  /** The address of an egress proxy that tunnels with CONNECT. @example 'http://proxy.internal:3128' */
  readonly proxy?: string | undefined;
  /**
   * Keeps lists for a while, made by `cardCache()` of `nestjs-ottu-cards/cache`; one for each module.
   *
   * @default none: every list asks Ottu
   */
  readonly cache?: BindableCache | undefined;
}

/** `merchantId` for `env: 'sandbox'` only. */
export const OTTU_CARDS_DEFAULTS = {
  merchantId: 'sandbox.ottu.net',
  timeoutMs: 12_000,
  maxRetries: 2,
} as const;
