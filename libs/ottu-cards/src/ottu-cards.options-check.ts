import { configProblems } from './errors/config-problems.js';
import type { OttuCardsOptions } from './ottu-cards.options.js';
import { timeoutRule } from './transport/ottu-call.js';

/** The sentence that completes "`<option>` …" when its value cannot work; never the value. */
type OptionRule = (value: unknown, options: Partial<OttuCardsOptions>) => string | undefined;

const RULES: Readonly<Record<keyof OttuCardsOptions, OptionRule>> = {
  apiKey: (value) => (typeof value === 'function' ? undefined : apiKeyProblem(value)),
  env: (value) => (value === 'sandbox' || value === 'production' ? undefined : "must be 'sandbox' or 'production'"),
  merchantId: merchantIdProblem,
  baseUrl: (value) => (value === undefined ? undefined : baseUrlProblem(value)),
  timeoutMs: (value) => (value === undefined ? undefined : timeoutRule(value)),
  maxRetries: (value) =>
    value === undefined || isRetryCount(value) ? undefined : 'must be a whole number from 0 to 10',
  proxy: (value) => (value === undefined ? undefined : proxyProblem(value)),
  cache: (value) =>
    value === undefined || isCache(value) ? undefined : 'must be made by cardCache() of nestjs-ottu-cards/cache',
};

const WHERE = 'OttuCardsModule.forRoot()';

/** Structural parts of the module, which a factory comes too late for. */
const EXTRAS = new Set(['isGlobal', 'name', 'controller']);

/** @throws OttuConfigError which tells all problems at once, each with its remedy and without the value */
export function checkOptions(options: unknown): asserts options is OttuCardsOptions {
  if (typeof options !== 'object' || options === null) throw configProblems(WHERE, ['the options must be an object']);
  const given: Partial<OttuCardsOptions> & object = options;
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(RULES, name));
  const problems = Object.entries(RULES).flatMap(([name, rule]) => {
    const problem = rule(new Map<string, unknown>(Object.entries(given)).get(name), given);
    return problem === undefined ? [] : [`${name} ${problem}`];
  });
  const all = [...problems, ...unknown.map(unknownProblem)];
  if (all.length > 0) throw configProblems(WHERE, all);
}

/** The sentence that completes "apiKey …" or "the apiKey function …". */
export function apiKeyProblem(value: unknown): string | undefined {
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

function merchantIdProblem(value: unknown, { env, baseUrl }: Partial<OttuCardsOptions>): string | undefined {
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
  return url.protocol === 'https:' || isLoopback(url.hostname)
    ? undefined
    : 'must be https: on any host but loopback, or the key travels in clear';
}

function proxyProblem(value: unknown): string | undefined {
  const url = parseUrl(value);
  if (url !== undefined && !isDecodable(url.username + url.password))
    return 'holds a % that encodes nothing: write %25';
  const isProxy = url !== undefined && /^https?:$/.test(url.protocol) && isOriginOnly(url);
  return isProxy ? undefined : "must be the address of an HTTP proxy, such as 'http://proxy.internal:3128'";
}

function unknownProblem(name: string): string {
  if (EXTRAS.has(name)) return `${name} cannot come from a factory: write it beside useFactory`;
  const known = Object.keys(RULES).find((option) => option.toLowerCase() === name.toLowerCase());
  return `${JSON.stringify(name.slice(0, 40))} is not an option${known ? `: write ${known}` : ''}`;
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

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

function isRetryCount(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 10;
}

function isCache(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'bind' in value && typeof value.bind === 'function';
}
