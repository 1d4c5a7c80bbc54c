import type { BindableCache } from './cards/list-cache.js';
import type { OttuEnv } from './cards/cards.wire.js';
import { isRecord } from './common/is-record.js';
import { hasMethods, isWithin, optional, problemsOf, type Rule, type Rules } from './common/rules.js';
import { withoutPrototype } from './common/without-prototype.js';
import { configProblems, OttuConfigError } from './errors/errors.js';
import { titleOf } from './ottu-cards.registration.js';
import type { OttuCardsControllerOptions } from './rest/controller.options.js';
import type { OttuLimiter } from './transport/limiter.js';
import { timeoutRule } from './transport/ottu-call.js';
import type { TransportOptions } from './transport/ottu-transport.js';

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

type Given = Readonly<Record<string, unknown>>;

const MIN_SECRET = 32;
const LOOPBACK = /^(?:localhost|\[::1\]|127(?:\.\d+){3})$/;

/** A part of the module's structure, which a factory comes too late for. */
const notFromFactory: Rule = optional(() => 'cannot come from a factory: write it beside useFactory');

const RULES: Rules<keyof OttuCardsOptions | keyof OttuCardsExtras> = {
  apiKey: (value) => (typeof value === 'function' ? undefined : apiKeyProblem(value)),
  env: (value) => (value === 'sandbox' || value === 'production' ? undefined : "must be 'sandbox' or 'production'"),
  merchantId: merchantIdProblem,
  baseUrl: optional(baseUrlProblem),
  secret: secretProblem,
  timeoutMs: optional(timeoutRule),
  maxRetries: optional((value) =>
    isWithin(value, 0, 10) && Number.isInteger(value) ? undefined : 'must be a whole number from 0 to 10',
  ),
  proxy: optional(proxyProblem),
  cache: optional((value) =>
    hasMethods(value, 'bind') ? undefined : 'must be made by cardCache() of nestjs-ottu-cards/cache',
  ),
  limiter: optional((value) =>
    hasMethods(value, 'consume')
      ? undefined
      : 'must have a method consume: a limiter of rate-limiter-flexible, or your own',
  ),
  isGlobal: notFromFactory,
  name: notFromFactory,
  controller: notFromFactory,
};

/** The options after their check, with defaults in place. Prints without key, secret and proxy. */
export class ResolvedOptions implements TransportOptions {
  readonly origin: string;
  readonly env: OttuEnv;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly cache: BindableCache | undefined;
  readonly limiter: OttuLimiter | undefined;
  readonly #apiKey: TransportOptions['apiKey'];
  readonly #secret: string;
  readonly #proxy: string | undefined;

  /**
   * @param name of the registration
   * @throws OttuConfigError which tells all problems at once, each with its remedy and without the value
   */
  constructor(
    given: unknown,
    readonly name?: string,
  ) {
    const options: unknown = isRecord(given) ? withoutPrototype({ ...given }) : given;
    checkOptions(options, titleOf(name));
    const { apiKey, env, merchantId = 'sandbox.ottu.net', baseUrl = `https://${merchantId}` } = options;
    this.origin = new URL(baseUrl).origin;
    this.env = env;
    this.timeoutMs = options.timeoutMs ?? 12_000;
    this.maxRetries = options.maxRetries ?? 2;
    this.cache = options.cache;
    this.limiter = options.limiter;
    this.#apiKey = typeof apiKey === 'function' ? () => askForKey(apiKey, name) : apiKey;
    this.#secret = options.secret ?? (typeof apiKey === 'string' ? apiKey : '');
    this.#proxy = options.proxy;
  }

  get apiKey(): TransportOptions['apiKey'] {
    return this.#apiKey;
  }

  /** What ids and the cache's keys are derived from. */
  get secret(): string {
    return this.#secret;
  }

  get proxy(): string | undefined {
    return this.#proxy;
  }

  toJSON(): Record<string, unknown> {
    const { name, origin, env, timeoutMs, maxRetries } = this;
    return { name, origin, env, timeoutMs, maxRetries, apiKey: '[redacted]' };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): Record<string, unknown> {
    return this.toJSON();
  }
}

function checkOptions(options: unknown, title: string): asserts options is OttuCardsOptions {
  if (!isRecord(options)) throw configProblems(title, ['the options must be an object']);
  const problems = problemsOf(options, RULES);
  if (problems.length > 0) throw configProblems(title, problems);
}

/** What the function throws may hold anything: it is dropped, not kept as `cause`. */
async function askForKey(apiKey: () => string | Promise<string>, name: string | undefined): Promise<string> {
  const whose = name === undefined ? '' : `${titleOf(name)}: `;
  let key: unknown;
  try {
    key = await apiKey();
  } catch {
    throw new OttuConfigError(
      `${whose}The apiKey function failed, so nothing was sent. Its own error is not shown: it could hold the key.`,
    );
  }
  if (typeof key === 'string' && apiKeyProblem(key) === undefined) return key;
  throw new OttuConfigError(`${whose}What the apiKey function gave ${apiKeyProblem(key)}. Nothing was sent.`);
}

/** The sentence that completes "apiKey …" or "the apiKey function …". */
function apiKeyProblem(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '')
    return "is empty: set the private key from Ottu's dashboard";
  if (typeof value !== 'string') return 'must be a string, or a function that gives one';
  if (/^\s*api-key\b/i.test(value)) return "begins with 'Api-Key': leave that out, the library adds it";
  if (/["'`]/.test(value)) return 'holds quotes: remove them';
  if (/\s/.test(value)) return 'holds white space: copy the key again';
  if (!/^[!-~]+$/.test(value)) return 'holds characters that no key has: copy it again';
  if (/^[0-9a-f]{40}$/.test(value)) {
    return 'is the public key, which Ottu answers with 401 since September 2026: set the private key';
  }
  return undefined;
}

function merchantIdProblem(value: unknown, { env, baseUrl }: Given): string | undefined {
  if (value === undefined) {
    const isNeeded = env === 'production' && baseUrl === undefined;
    return isNeeded ? "is missing: set the host of your Ottu account, such as 'pay.shop.example'" : undefined;
  }
  if (baseUrl !== undefined) return 'and baseUrl exclude each other: keep one of them';
  if (typeof value !== 'string' || value === '') return "must be a host, such as 'pay.shop.example'";
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return "must be a bare host: leave out 'https://'";
  if (value.includes('@')) return 'must not hold credentials: give the host alone';
  if (/[/?#\\]/.test(value)) return 'must be a bare host: leave out the path';
  if (/:\d*$/.test(value)) return 'must be a bare host: leave out the port (baseUrl takes a whole origin)';
  return parseUrl(`https://${value}`)?.host === value.toLowerCase() ? undefined : 'is not a host name';
}

function baseUrlProblem(value: unknown): string | undefined {
  const url = parseUrl(value);
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return "must be an origin, such as 'https://ottu.gateway.example'";
  if (url.username !== '' || url.password !== '') return 'must not hold credentials';
  if (!isOriginOnly(url)) return 'must be an origin alone: leave out path, query and fragment';
  return url.protocol === 'https:' || LOOPBACK.test(url.hostname)
    ? undefined
    : 'must be https: on any host but loopback, or the key travels in clear';
}

function secretProblem(value: unknown, { apiKey }: Given): string | undefined {
  if (value === undefined) {
    return typeof apiKey === 'function'
      ? `is missing: apiKey is a function, so its keys may change. Set ${MIN_SECRET} or more random characters, the same in all instances`
      : undefined;
  }
  return typeof value === 'string' && value.length >= MIN_SECRET
    ? undefined
    : `must be a string of ${MIN_SECRET} or more random characters`;
}

function proxyProblem(value: unknown): string | undefined {
  const url = parseUrl(value);
  if (url !== undefined && !isDecodable(url.username + url.password))
    return 'holds a % that encodes nothing: write %25';
  const isProxy = url !== undefined && /^https?:$/.test(url.protocol) && isOriginOnly(url);
  return isProxy ? undefined : "must be the address of an HTTP proxy, such as 'http://proxy.internal:3128'";
}

function parseUrl(value: unknown): URL | undefined {
  return typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function isOriginOnly(url: URL): boolean {
  return url.pathname === '/' && url.search === '' && url.hash === '' && !/[?#]$/.test(url.href);
}
