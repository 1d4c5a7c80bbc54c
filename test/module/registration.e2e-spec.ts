import { Global, Inject, Injectable, Logger, Module, type DynamicModule } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { jest } from '@jest/globals';
import {
  getUserCardsToken,
  InjectUserCards,
  OTTU_CARDS_OPTIONS,
  type OttuCardsControllerOptions,
  type OttuCardsExtras,
  OttuCardsModule,
  type OttuCardsOptions,
  type OttuCardsOptionsFactory,
  UserCardsService,
} from 'nestjs-ottu-cards';
import { aCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { cardCache } from 'nestjs-ottu-cards/cache';
import { CONTROLLER, listen, LoginGuard, send } from '../rest/shop.js';
import { closeAll, startContext, startFake } from '../support/application.js';

const SETTINGS = 'SETTINGS';

/** A configuration module of the application's, which factories inject from. */
@Global()
@Module({})
class SettingsModule {
  static of(options: OttuCardsOptions): DynamicModule {
    return {
      module: SettingsModule,
      providers: [{ provide: SETTINGS, useValue: options }, OptionsClass],
      exports: [SETTINGS, OptionsClass],
    };
  }
}

@Injectable()
class OptionsClass implements OttuCardsOptionsFactory {
  constructor(@Inject(SETTINGS) private readonly settings: OttuCardsOptions) {}

  createOttuCardsOptions(): OttuCardsOptions {
    return this.settings;
  }
}

type Register = (options: OttuCardsOptions, extras: { name?: string; isGlobal?: boolean }) => DynamicModule;

const WAYS: [way: string, register: Register][] = [
  ['forRoot', (options, extras) => OttuCardsModule.forRoot({ ...options, ...extras })],
  [
    'forRootAsync useFactory',
    (_, extras) =>
      OttuCardsModule.forRootAsync({ inject: [SETTINGS], useFactory: (it: OttuCardsOptions) => it, ...extras }),
  ],
  [
    'forRootAsync useFactory, slowly',
    (options, extras) =>
      OttuCardsModule.forRootAsync({
        useFactory: async () => {
          await new Promise((resolve) => setImmediate(resolve));
          return options;
        },
        ...extras,
      }),
  ],
  ['forRootAsync useClass', (_, extras) => OttuCardsModule.forRootAsync({ useClass: OptionsClass, ...extras })],
  ['forRootAsync useExisting', (_, extras) => OttuCardsModule.forRootAsync({ useExisting: OptionsClass, ...extras })],
];

let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

describe.each(WAYS)('%s', (_way, register) => {
  describe.each([
    ['default', undefined],
    ['named', 'kuwait'],
  ])('%s', (_kind, name) => {
    const extras = name === undefined ? {} : { name };

    it('lists, finds and deletes', async () => {
      const app = await startContext({ imports: [SettingsModule.of(fake.options), register(fake.options, extras)] });
      const cards = app.get<UserCardsService>(getUserCardsToken(name), { strict: false });
      const card = fake.save(aCard());

      await expect(cards.list({ customerId: 'customer-1' })).resolves.toMatchObject([card]);
      await expect(cards.find(card)).resolves.toMatchObject(card);
      await cards.delete(card);
      expect(fake.cardsOf('customer-1')).toEqual([]);
    });

    it('injects into a service of an importing module', async () => {
      @Injectable()
      class Shop {
        constructor(@InjectUserCards(name) readonly cards: UserCardsService) {}
      }
      @Module({ imports: [register(fake.options, extras)], providers: [Shop] })
      class ShopModule {}

      const app = await startContext({ imports: [SettingsModule.of(fake.options), ShopModule] });
      expect(app.get(Shop, { strict: false }).cards).toBeInstanceOf(UserCardsService);
    });

    it('is seen everywhere when isGlobal', async () => {
      @Module({ providers: [{ provide: 'probe', inject: [getUserCardsToken(name)], useFactory: (it: unknown) => it }] })
      class Elsewhere {}

      const imports = [
        SettingsModule.of(fake.options),
        register(fake.options, { ...extras, isGlobal: true }),
        Elsewhere,
      ];
      const app = await startContext({ imports });
      expect(app.get('probe', { strict: false })).toBeInstanceOf(UserCardsService);
    });

    it('does not boot with wrong options, and says why', async () => {
      const wrong = { ...fake.options, apiKey: '' };
      await expect(
        startContext({ imports: [SettingsModule.of(wrong), register(wrong, extras)] }),
      ).rejects.toMatchObject({
        name: 'OttuConfigError',
        message: `OttuCardsModule.forRoot()${name === undefined ? '' : ' "kuwait"'}: 1 problem — apiKey is empty: set the private key from Ottu's dashboard.`,
      });
    });
  });
});

it('injects the service by its class alone, without a decorator', async () => {
  @Injectable()
  class Shop {
    constructor(readonly cards: UserCardsService) {}
  }
  @Module({ imports: [OttuCardsModule.forRoot(fake.options)], providers: [Shop] })
  class ShopModule {}

  const app = await startContext({ imports: [ShopModule] });
  expect(app.get(Shop, { strict: false }).cards).toBeInstanceOf(UserCardsService);
});

it('keeps the keys, hosts and envs of two merchants apart', async () => {
  const other = await startFake();
  const apiKey = 'otherkey.11111111111111111111111111111111';
  const app = await startContext({
    imports: [
      OttuCardsModule.forRoot({ ...fake.options, name: 'kuwait' }),
      OttuCardsModule.forRoot({ ...other.options, apiKey, env: 'production', name: 'qatar', maxRetries: 0 }),
    ],
  });
  const call = (name: string) => app.get<UserCardsService>(getUserCardsToken(name)).list({ customerId: name });
  await Promise.allSettled(Array.from({ length: 20 }, (_, index) => call(index % 2 === 0 ? 'kuwait' : 'qatar')));

  const seen = (it: FakeOttu) => new Set(it.received.map(({ headers, body }) => `${headers.authorization} ${body}`));
  expect(seen(fake)).toEqual(new Set([`Api-Key ${fake.apiKey} {"type":"sandbox","customer_id":"kuwait"}`]));
  expect(seen(other)).toEqual(new Set([`Api-Key ${apiKey} {"type":"production","customer_id":"qatar"}`]));
  expect([fake.received.length, other.received.length]).toEqual([10, 10]);
});

it('lets a test replace the options', async () => {
  const { Test } = await import('@nestjs/testing');
  const real = OttuCardsModule.forRoot({
    apiKey: 'abcdefgh.00000000000000000000000000000000',
    env: 'production',
    merchantId: 'pay.shop.example',
  });
  const app = await Test.createTestingModule({ imports: [real] })
    .overrideProvider(OTTU_CARDS_OPTIONS)
    .useValue(fake.options)
    .compile();
  await expect(app.get(UserCardsService).list({ customerId: 'customer-1' })).resolves.toEqual([]);
  await app.close();
});

describe('a second registration', () => {
  const warnings = async (...names: (string | undefined)[]) => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    await startContext({ imports: names.map((name) => OttuCardsModule.forRoot({ ...fake.options, name })) });
    const lines = warn.mock.calls.map(([line]) => String(line));
    warn.mockRestore();
    return lines;
  };

  it('without a name is warned of once, with the remedy', async () => {
    await expect(warnings(undefined, undefined, 'kuwait')).resolves.toEqual([
      'OttuCardsModule is registered 2 times without a name, so which merchant UserCardsService means depends on the ' +
        "importing module. Register once with isGlobal: true, or give each merchant a name: forRoot({ …, name: 'kuwait' }) and @InjectUserCards('kuwait').",
    ]);
  });

  it('with a name is fine, also beside one without', async () => {
    await expect(warnings(undefined, 'kuwait', 'qatar')).resolves.toEqual([]);
  });
});

describe('registrations that could be mixed up do not boot:', () => {
  const mount = (path: string, version?: string | string[]): OttuCardsControllerOptions => ({
    ...CONTROLLER,
    path,
    ...(version !== undefined && { version }),
  });
  const register = (extras: OttuCardsExtras) => OttuCardsModule.forRoot({ ...fake.options, ...extras });
  const boot = (...extras: OttuCardsExtras[]) => startContext({ imports: extras.map(register) });

  it('one name twice', async () => {
    await expect(boot({ name: 'kuwait' }, { name: 'kuwait' })).rejects.toThrow(
      'OttuCardsModule.forRoot() "kuwait": another registration has the name "kuwait" too. Give each merchant a name of its own, and register each once.',
    );
  });

  it.each<[what: string, one: OttuCardsExtras, other: OttuCardsExtras]>([
    ['one path', { controller: mount('wallet') }, { name: 'kuwait', controller: mount('wallet') }],
    ['slashes aside', { controller: mount('wallet') }, { name: 'kuwait', controller: mount('//wallet/') }],
    ['one version', { controller: mount('wallet', '1') }, { name: 'kuwait', controller: mount('wallet', ['2', '1']) }],
  ])('two mounts on %s', async (_what, one, other) => {
    await expect(boot(one, other)).rejects.toThrow(
      /^OttuCardsModule\.forRoot\(\)(| "kuwait"): OttuCardsModule\.forRoot\(\)(| "kuwait") mounts a controller on "wallet" too\. Give each its own controller\.path or controller\.version\.$/,
    );
  });

  it('but other names, paths and versions do, and two applications of one process', async () => {
    const apart = [
      { name: 'kuwait', controller: mount('wallet', '1') },
      { name: 'qatar', controller: mount('wallet', '2') },
      { name: 'oman', controller: mount('Wallet/oman') },
    ];
    await boot(...apart);
    await boot(...apart);
  });
});

describe('a registration without options says so:', () => {
  const BARE =
    'OttuCardsModule is imported without options: write OttuCardsModule.forRoot({ apiKey, env }) in imports. ' +
    'With isGlobal: true it is imported once, and other modules need not import it.';

  it('the bare class, also beside a global registration', async () => {
    const isConfigError = { name: 'OttuConfigError', message: BARE };
    await expect(startContext({ imports: [OttuCardsModule] })).rejects.toMatchObject(isConfigError);
    const global = OttuCardsModule.forRoot({ ...fake.options, isGlobal: true });
    await expect(startContext({ imports: [global, OttuCardsModule] })).rejects.toMatchObject(isConfigError);
  });

  it.each<[what: string, register: () => unknown, sentence: string]>([
    ['forRoot()', () => OttuCardsModule.forRoot(undefined as never), 'the options must be an object'],
    [
      'forRootAsync()',
      () => OttuCardsModule.forRootAsync(undefined as never),
      'the options must come from one of useFactory, useClass and useExisting',
    ],
    [
      'forRootAsync({ useFactory, useClass })',
      () => OttuCardsModule.forRootAsync({ useFactory: () => fake.options, useClass: OptionsClass } as never),
      'the options must come from one of useFactory, useClass and useExisting',
    ],
    [
      'a misspelt source',
      () => OttuCardsModule.forRootAsync({ useFactory: () => fake.options, injects: [SETTINGS] } as never),
      'injects is not an option: did you mean inject?',
    ],
    [
      'a source that is none',
      () => OttuCardsModule.forRootAsync({ useFactory: fake.options } as never),
      'useFactory must be a function',
    ],
  ])('%s', (_what, register, sentence) => {
    expect(register).toThrow(`OttuCardsModule.forRoot(): 1 problem — ${sentence}.`);
  });

  it.each<[extras: object, problem: string]>([
    [{ name: '' }, "name must be a text that is not empty, such as 'kuwait'"],
    [{ isGlobal: 'yes' }, 'isGlobal must be true or false'],
    [{ controller: 'wallet' }, 'controller must be an object: { path, guards, customerId }'],
  ])('%j', (extras, problem) => {
    expect(() => OttuCardsModule.forRoot({ ...fake.options, ...extras })).toThrow(
      `OttuCardsModule.forRoot(): 1 problem — ${problem}.`,
    );
  });
});

describe('a named registration says its name', () => {
  it('in what its cache, its guards and its apiKey function make fail', async () => {
    const cache = cardCache();
    await startContext({ imports: [OttuCardsModule.forRoot({ ...fake.options, cache })] });
    const boot = (more: object) =>
      startContext({ imports: [OttuCardsModule.forRoot({ ...fake.options, ...more, name: 'kuwait' })] });
    await expect(boot({ cache })).rejects.toThrow(/^OttuCardsModule\.forRoot\(\) "kuwait": cardCache\(\)/);

    @Injectable()
    class NeedyGuard extends LoginGuard {
      constructor(@Inject('MISSING') readonly missing: unknown) {
        super();
      }
    }
    await expect(boot({ controller: { ...CONTROLLER, guards: [NeedyGuard] } })).rejects.toThrow(
      /^OttuCardsModule\.forRoot\(\) "kuwait": controller\.guards' NeedyGuard cannot be made/,
    );
    const app = await boot({ secret: 's'.repeat(32), apiKey: () => Promise.reject(new Error('no vault')) });
    await expect(
      app.get<UserCardsService>(getUserCardsToken('kuwait')).list({ customerId: 'customer-1' }),
    ).rejects.toThrow(/^OttuCardsModule\.forRoot\(\) "kuwait": The apiKey function failed/);
  });

  it('in the log lines of its routes', async () => {
    const lines: string[] = [];
    const record = (message: unknown, ...more: unknown[]) => lines.push(`[${String(more.at(-1))}] ${String(message)}`);
    const ignore = () => undefined;
    const controller = { ...CONTROLLER, path: 'wallet/kuwait' };
    const url = await listen(
      { imports: [OttuCardsModule.forRoot({ ...fake.options, maxRetries: 0, name: 'kuwait', controller })] },
      { setUp: (app) => app.useLogger({ log: ignore, warn: ignore, error: record }) },
    );
    fake.next({ status: 401 });
    await send(`${url}/wallet/kuwait`, 'GET', 'customer-1');
    expect(lines).toEqual([expect.stringMatching(/^\[OttuCards kuwait\] provider_refused_us OttuAuthError: /)]);
  });
});

it('takes imports for the factory and imports for the guards side by side', async () => {
  fake.save(aCard({ customerId: 'customer-1', nameOnCard: 'FIRST HOLDER' }));

  @Module({ providers: [{ provide: 'RULE', useValue: 'everybody' }], exports: ['RULE'] })
  class RuleModule {}

  @Module({ providers: [{ provide: 'OPTIONS', useValue: fake.options }], exports: ['OPTIONS'] })
  class OptionsModule {}

  @Injectable()
  class RuleGuard {
    constructor(@Inject('RULE') private readonly rule: string) {}

    canActivate(): boolean {
      return this.rule === 'everybody';
    }
  }

  const cards = OttuCardsModule.forRootAsync({
    imports: [OptionsModule],
    inject: ['OPTIONS'],
    useFactory: (options: OttuCardsOptions) => options,
    controller: { ...CONTROLLER, guards: [LoginGuard, RuleGuard], imports: [RuleModule] },
  });
  const url = await listen({ imports: [cards] });
  expect(await send(`${url}/wallet/cards`, 'GET', 'customer-1')).toMatchObject({
    status: 200,
    body: [{ nameOnCard: 'FIRST HOLDER' }],
  });
});

it('loaded lazily, a registration that failed can be made again under the same name and path', async () => {
  const { options } = await startFake();
  const loader = (await startContext({ imports: [] })).get(LazyModuleLoader);
  const load = (timeoutMs: number) =>
    loader.load(() => OttuCardsModule.forRoot({ ...options, timeoutMs, name: 'kuwait', controller: CONTROLLER }));
  await expect(load(-1)).rejects.toThrow('timeoutMs');
  const module = await load(1_000);
  await expect(module.get(getUserCardsToken('kuwait')).list({ customerId: 'customer-1' })).resolves.toEqual([]);
});
