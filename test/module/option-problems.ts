import { CANARIES } from '../support/leaks.js';

const HOST = "must be a host, such as 'pay.shop.example'";
const ORIGIN = "must be an origin, such as 'https://ottu.gateway.example'";
export const PROXY = "must be the address of an HTTP proxy, such as 'http://proxy.internal:3128'";
export const COUNT = 'must be a whole number from 0 to 10';
export const TIME = 'must be a number of milliseconds, 1 or more';

const SECRET = 'must be a string of 32 or more random characters';
const LIMITER = 'must have a method consume: a limiter of rate-limiter-flexible, or your own';

/** Every wrong value of an option, and the sentence that completes its name. The documentation lists the same ones. */
export const OPTION_PROBLEMS: [option: string, value: unknown, problem: string][] = [
  ['apiKey', undefined, "is empty: set the private key from Ottu's dashboard"],
  ['apiKey', '', "is empty: set the private key from Ottu's dashboard"],
  ['apiKey', 5, 'must be a string, or a function that gives one'],
  ['apiKey', `Api-Key ${CANARIES.apiKey}`, "begins with 'Api-Key': leave that out, the library adds it"],
  ['apiKey', `"${CANARIES.apiKey}"`, 'holds quotes: remove them'],
  ['apiKey', `${CANARIES.apiKey}\n`, 'holds white space: copy the key again'],
  ['apiKey', ' ', 'holds white space: copy the key again'],
  ['apiKey', `${CANARIES.apiKey}ü`, 'holds characters that no key has: copy it again'],
  [
    'apiKey',
    '0123456789abcdef0123456789abcdef01234567',
    'is the public key, which Ottu answers with 401 since September 2026: set the private key',
  ],
  ['env', undefined, "must be 'sandbox' or 'production'"],
  ['env', 'Production', "must be 'sandbox' or 'production'"],
  ['env', 'live', "must be 'sandbox' or 'production'"],
  ['merchantId', undefined, "is missing: set the host of your Ottu account, such as 'pay.shop.example'"],
  ['merchantId', '', HOST],
  ['merchantId', 7, HOST],
  ['merchantId', 'https://pay.shop.example', "must be a bare host: leave out 'https://'"],
  ['merchantId', 'user:pass@pay.shop.example', 'must not hold credentials: give the host alone'],
  ['merchantId', 'pay.shop.example/b', 'must be a bare host: leave out the path'],
  ['merchantId', 'pay.shop.example?a', 'must be a bare host: leave out the path'],
  ['merchantId', 'pay.shop.example\\b', 'must be a bare host: leave out the path'],
  ['merchantId', 'pay.shop.example:8443', 'must be a bare host: leave out the port (baseUrl takes a whole origin)'],
  ['merchantId', 'pay shop', 'is not a host name'],
  ['merchantId', '0x7f.1', 'is not a host name'],
  ['baseUrl', 'pay.shop.example', ORIGIN],
  ['baseUrl', 'ftp://pay.shop.example', ORIGIN],
  ['baseUrl', 7, ORIGIN],
  ['baseUrl', 'https://user:pass@pay.shop.example', 'must not hold credentials'],
  ['baseUrl', 'https://pay.shop.example/b', 'must be an origin alone: leave out path, query and fragment'],
  ['baseUrl', 'https://pay.shop.example?', 'must be an origin alone: leave out path, query and fragment'],
  ['baseUrl', 'http://pay.shop.example', 'must be https: on any host but loopback, or the key travels in clear'],
  ['baseUrl', 'http://127.0.0.1.shop.example', 'must be https: on any host but loopback, or the key travels in clear'],
  ['secret', 'obviously false', SECRET],
  ['secret', 7, SECRET],
  ['limiter', {}, LIMITER],
  ['limiter', () => undefined, LIMITER],
  ['cache', {}, 'must be made by cardCache() of nestjs-ottu-cards/cache'],
  ['timeoutMs', 0, TIME],
  ['timeoutMs', -1, TIME],
  ['timeoutMs', Number.NaN, TIME],
  ['timeoutMs', Infinity, TIME],
  ['timeoutMs', 2 ** 31, TIME],
  ['timeoutMs', '12000', TIME],
  ['maxRetries', -1, COUNT],
  ['maxRetries', 1.5, COUNT],
  ['maxRetries', 11, COUNT],
  ['maxRetries', '2', COUNT],
  ['proxy', 'proxy.internal:3128', PROXY],
  ['proxy', 'socks5://proxy.internal', PROXY],
  ['proxy', 'http://proxy.internal/path', PROXY],
  ['proxy', 3128, PROXY],
  ['proxy', 'http://user:50%off@proxy.internal:3128', 'holds a % that encodes nothing: write %25'],
];
