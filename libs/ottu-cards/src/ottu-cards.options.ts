import type { BindableCache } from './cards/list-cache.js';
import type { OttuEnv } from './cards/cards.wire.js';
import type { OttuLimiter } from './transport/limiter.js';
import type { OttuCardsControllerOptions } from './rest/controller.options.js';

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
  /**
   * 32 or more random characters, the same in all instances: card ids and the cache's encryption are derived from it.
   * Ids change with it. Required when `apiKey` is a function, whose keys may change.
   *
   * @default the API key: set a `secret` before you store ids, or they change when the key does
   */
  readonly secret?: string | undefined;
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
  /**
   * A limiter of `rate-limiter-flexible`, asked before every request to Ottu: instances that share one share its quota.
   *
   * @default none
   */
  readonly limiter?: OttuLimiter | undefined;
}

/** The structure of the module: known before any factory runs. */
export interface OttuCardsExtras {
  /** Makes `UserCardsService` injectable everywhere without importing the module again. @default false */
  readonly isGlobal?: boolean | undefined;
  /**
   * Tells several merchants of one application apart: inject with `@InjectUserCards(name)`. Each has another.
   *
   * @default none: inject `UserCardsService` by its class
   */
  readonly name?: string | undefined;
  /** Mounts a REST controller on which the shop's customers manage their own cards. @default none: no route exists */
  readonly controller?: OttuCardsControllerOptions | undefined;
}

/** `merchantId` for `env: 'sandbox'` only. */
export const OTTU_CARDS_DEFAULTS = {
  merchantId: 'sandbox.ottu.net',
  timeoutMs: 12_000,
  maxRetries: 2,
} as const;
