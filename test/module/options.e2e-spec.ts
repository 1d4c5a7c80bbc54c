import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { inspect } from 'node:util';
import type { DynamicModule } from '@nestjs/common';
import { TestingModule } from '@nestjs/testing';
import { OTTU_CARDS_OPTIONS, OttuCardsModule, OttuConfigError, UserCardsService } from 'nestjs-ottu-cards';
import type { FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, closeWithTest, startContext, startFake } from '../support/application.js';
import { CANARIES, leaksIn, leaksOf } from '../support/leaks.js';
import { COUNT, OPTION_PROBLEMS, PROXY, TIME } from './option-problems.js';

const GOOD = { apiKey: CANARIES.apiKey, env: 'production', merchantId: 'pay.shop.example' };
afterEach(closeAll);

/** Boots with options of any shape, as JavaScript or a badly typed factory would hand them over. */
async function boot(options: unknown): Promise<unknown> {
  const module = OttuCardsModule.forRootAsync({ useFactory: (): never => options as never });
  return startContext({ imports: [module] }).catch((error: unknown) => error);
}

describe.each(OPTION_PROBLEMS)('%s: %j', (option, value, problem) => {
  it('does not boot, and says how to mend it without the value', async () => {
    const withOrigin = option === 'baseUrl' ? { ...GOOD, merchantId: undefined } : GOOD;
    const error = await boot({ ...withOrigin, [option]: value });

    expect(OttuConfigError.is(error) && error.message).toBe(
      `OttuCardsModule.forRoot(): 1 problem — ${option} ${problem}.`,
    );
    await expect(leaksOf(error, { ...CANARIES, password: 'user:pass' })).resolves.toEqual([]);
  });
});

it.each<[what: string, options: unknown, problems: string]>([
  ['no options', undefined, '1 problem — the options must be an object'],
  [
    'both addresses',
    { ...GOOD, baseUrl: 'https://a.example' },
    '1 problem — merchantId and baseUrl exclude each other: keep one of them',
  ],
  [
    'another case',
    { ...GOOD, baseURL: 'https://a.example' },
    '1 problem — baseURL is not an option: did you mean baseUrl?',
  ],
  ['a typo', { ...GOOD, timeout: 3 }, '1 problem — timeout is not an option: did you mean timeoutMs?'],
  ['an unknown option', { ...GOOD, retries: 3 }, '1 problem — retries is not an option'],
  [
    'an apiKey function without secret',
    { ...GOOD, apiKey: () => CANARIES.apiKey },
    '1 problem — secret is missing: apiKey is a function, so its keys may change. Set 32 or more random characters, the same in all instances',
  ],
  [
    'an extra from a factory',
    { ...GOOD, name: 'kuwait' },
    '1 problem — name cannot come from a factory: write it beside useFactory',
  ],
  [
    'everything wrong at once',
    { apiKey: '', env: 'live', merchantId: 'https://a', timeoutMs: 0, maxRetries: -1, proxy: '' },
    "6 problems — apiKey is empty: set the private key from Ottu's dashboard; env must be 'sandbox' or 'production'; " +
      `merchantId must be a bare host: leave out 'https://'; timeoutMs ${TIME}; maxRetries ${COUNT}; proxy ${PROXY}`,
  ],
])('tells of %s', async (_what, options, problems) => {
  await expect(boot(options)).resolves.toMatchObject({ message: `OttuCardsModule.forRoot(): ${problems}.` });
});

it.each<[what: string, options: object]>([
  ['the sandbox without a merchantId', { apiKey: CANARIES.apiKey, env: 'sandbox' }],
  ['an explicit undefined', { ...GOOD, timeoutMs: undefined, proxy: undefined, baseUrl: undefined }],
  ['an address with a port', { ...GOOD, merchantId: undefined, baseUrl: 'https://pay.shop.example:8443/' }],
  ['plain http on loopback', { ...GOOD, merchantId: undefined, baseUrl: 'http://[::1]:4010' }],
  ['a limiter and a secret', { ...GOOD, secret: 's'.repeat(32), limiter: { consume: () => Promise.resolve() } }],
  ['a host in capitals', { ...GOOD, merchantId: 'Pay.Shop.Example' }],
])('boots with %s', async (_what, options) => {
  const app = await boot(options);
  expect(app instanceof TestingModule && app.get(UserCardsService)).toBeInstanceOf(UserCardsService);
});

describe('an apiKey function', () => {
  let fake: FakeOttu;

  beforeEach(async () => {
    fake = await startFake();
  });

  const serviceWith = async (apiKey: () => string | Promise<string>, more: object = {}) =>
    (
      await startContext({
        imports: [OttuCardsModule.forRoot({ ...fake.options, secret: 's'.repeat(32), ...more, apiKey })],
      })
    ).get(UserCardsService);

  it('is asked once per call, so that keys rotate', async () => {
    const keys = [fake.apiKey, 'otherkey.11111111111111111111111111111111'];
    const cards = await serviceWith(async () => keys.shift() ?? '');
    fake.next({ status: 500 });
    await cards.list({ customerId: 'customer-1' });
    await expect(cards.list({ customerId: 'customer-1' })).rejects.toMatchObject({ name: 'OttuAuthError' });

    expect(fake.received.map(({ headers }) => headers.authorization?.slice(8, 16))).toEqual([
      'fakefake',
      'fakefake',
      'otherkey',
    ]);
  });

  const FAILED = 'The apiKey function failed, so nothing was sent. Its own error is not shown: it could hold the key.';

  it.each<[what: string, apiKey: () => never, message: string]>([
    [
      'throws',
      () => {
        throw new Error(CANARIES.apiKey);
      },
      FAILED,
    ],
    ['rejects', () => Promise.reject(new Error(CANARIES.apiKey)) as never, FAILED],
    [
      'gives nothing',
      () => undefined as never,
      "What the apiKey function gave is empty: set the private key from Ottu's dashboard. Nothing was sent.",
    ],
    [
      'gives a number',
      () => 5 as never,
      'What the apiKey function gave must be a string, or a function that gives one. Nothing was sent.',
    ],
    [
      'gives a line break',
      () => `${CANARIES.apiKey}\r\n` as never,
      'What the apiKey function gave holds white space: copy the key again. Nothing was sent.',
    ],
  ])('that %s is a configuration error without cause, and nothing is sent', async (_what, apiKey, message) => {
    const error: unknown = await (
      await serviceWith(apiKey)
    )
      .list({ customerId: 'customer-1' })
      .catch((caught: unknown) => caught);

    expect(OttuConfigError.is(error) && { message: error.message, cause: error.cause }).toEqual({
      message,
      cause: undefined,
    });
    await expect(leaksOf(error)).resolves.toEqual([]);
    expect(fake.received).toEqual([]);
  });

  it('that never answers is bounded by the deadline', async () => {
    const cards = await serviceWith(() => new Promise<never>(() => undefined), { timeoutMs: 100 });
    const started = performance.now();

    await expect(cards.list({ customerId: 'customer-1' })).rejects.toMatchObject({
      name: 'OttuTimeoutError',
      attempts: 0,
    });
    expect(performance.now() - started).toBeLessThan(100 + 500);
  });
});

describe('a registration prints', () => {
  const secrets = {
    apiKey: CANARIES.apiKey,
    secret: `${CANARIES.hmacKey}-${CANARIES.hmacKey}`,
    proxy: `http://user:${CANARIES.hmacKey}@127.0.0.1:9`,
  };
  const options = { ...secrets, env: 'sandbox' } as const;
  const print = (value: unknown) => inspect(value, { depth: 20, showHidden: true, getters: true });

  it.each<[way: string, register: () => DynamicModule]>([
    ['forRoot', () => OttuCardsModule.forRoot(options)],
    ['forRootAsync', () => OttuCardsModule.forRootAsync({ useFactory: () => options })],
  ])('nothing secret with %s: as module, options and service', async (_way, register) => {
    const module = register();
    const app = await startContext({ imports: [module] });
    const service = inspect(app.get(UserCardsService), { depth: Infinity, showHidden: true, getters: true });
    expect(service).toContain("apiKey: '[redacted]'");
    const printed = {
      definition: print(module),
      module: print(app.get(OttuCardsModule)),
      options: `${print(app.get(OTTU_CARDS_OPTIONS))} ${JSON.stringify(app.get(OTTU_CARDS_OPTIONS))}`,
      service,
      // as console.dir prints it, without the custom forms of the values
      fields: inspect(app.get(UserCardsService), { depth: Infinity, showHidden: true, customInspect: false }),
    };
    expect(leaksIn(printed)).toEqual([]);
  });

  it('nothing secret while calls are under way', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    closeWithTest(async () => void silent.close());
    await once(silent, 'listening');
    const address: AddressInfo | string | null = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { apiKey } = secrets;
    const module = OttuCardsModule.forRoot({ apiKey, env: 'sandbox', baseUrl: `http://127.0.0.1:${port}` });
    const app = await startContext({ imports: [module] });
    const service = app.get(UserCardsService);
    const abort = new AbortController();
    const { customerId } = CANARIES;
    const calls = Array.from({ length: 55 }, async () => service.list({ customerId }, { signal: abort.signal }));
    const settled = Promise.allSettled(calls);
    await once(silent, 'connection');
    const printed = inspect(service, { depth: Infinity, showHidden: true });
    abort.abort();
    await settled;
    expect(leaksIn({ printed })).toEqual([]);
  });

  it('and holds its options all the same, for those who inject them', async () => {
    const app = await startContext({ imports: [OttuCardsModule.forRoot(options)] });
    expect(app.get<object>(OTTU_CARDS_OPTIONS)).toMatchObject({ env: 'sandbox', apiKey: CANARIES.apiKey });
  });
});

it('takes nothing from a polluted prototype', async () => {
  const elsewhere = await startFake();
  const here = await startFake();
  // oxlint-disable-next-line no-extend-native -- this is the attack
  Object.defineProperty(Object.prototype, 'baseUrl', { value: elsewhere.url, configurable: true, writable: true });
  try {
    const { apiKey, env } = here.options;
    const options = { apiKey, env, merchantId: 'localhost', maxRetries: 0 };
    const app = await startContext({ imports: [OttuCardsModule.forRoot(options)] });
    await expect(app.get(UserCardsService).list({ customerId: 'customer-1' })).rejects.toThrow('No connection to Ottu');
  } finally {
    Reflect.deleteProperty(Object.prototype, 'baseUrl');
  }
  expect(elsewhere.received).toEqual([]);
});

it('asks the shared sandbox when nothing else is said', async () => {
  const app = await startContext({ imports: [OttuCardsModule.forRoot({ apiKey: CANARIES.apiKey, env: 'sandbox' })] });
  expect(inspect(app.get(UserCardsService), { depth: Infinity })).toContain("origin: 'https://sandbox.ottu.net'");
});
