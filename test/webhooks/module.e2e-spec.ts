import { Inject, Injectable, Module, type ModuleMetadata, Optional, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { OttuCardsModule, OttuConfigError } from 'nestjs-ottu-cards';
import type { FakeOttu } from 'nestjs-ottu-cards/testing';
import {
  type OttuWebhookHandler,
  OttuWebhooksModule,
  type OttuWebhooksFactoryResult,
  type OttuWebhooksOptionsFactory,
  type PaymentEvent,
  type SavedCardEvent,
  type WebhookQueue,
} from 'nestjs-ottu-cards/webhooks';
import { closeAll, closeWithTest, startContext, startFake } from '../support/application.js';
import { CANARIES, leaksOf } from '../support/leaks.js';
import { HMAC_KEY } from '../support/webhook-shop.js';

const taken: SavedCardEvent[] = [];
let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
  taken.length = 0;
});
afterEach(closeAll);

@Injectable()
class Handler implements OttuWebhookHandler {
  onSavedCard(event: SavedCardEvent): void {
    taken.push(event);
  }
}

@Injectable({ scope: Scope.REQUEST })
class ScopedHandler extends Handler {}

@Injectable()
class Options implements OttuWebhooksOptionsFactory {
  async createOttuWebhooksOptions(): Promise<OttuWebhooksFactoryResult> {
    return { hmacKey: HMAC_KEY };
  }
}

@Module({ providers: [Options, { provide: 'KEY', useValue: HMAC_KEY }], exports: [Options, 'KEY'] })
class SettingsModule {}

const mount = { path: '/webhooks/ottu/', handler: Handler };
const cards = () => OttuCardsModule.forRoot({ ...fake.options, isGlobal: true });

/** Listens, and gives the address. */
async function listen(imports: NonNullable<ModuleMetadata['imports']>): Promise<string> {
  const module = await Test.createTestingModule({ imports }).compile();
  const app = module.createNestApplication();
  closeWithTest(() => app.close());
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

async function failure(imports: NonNullable<ModuleMetadata['imports']>): Promise<unknown> {
  return startContext({ imports }).then(
    () => 'booted',
    (error: unknown) => error,
  );
}

function tooLate(): never {
  return { hmacKey: HMAC_KEY, path: 'too/late' } as never;
}

/** As JavaScript would pass it. */
function forRoot(options: object): ReturnType<typeof OttuWebhooksModule.forRoot> {
  return OttuWebhooksModule.forRoot(options as Parameters<typeof OttuWebhooksModule.forRoot>[0]);
}

describe.each([
  ['forRoot', () => OttuWebhooksModule.forRoot({ ...mount, hmacKey: HMAC_KEY })],
  ['useFactory', () => OttuWebhooksModule.forRootAsync({ ...mount, useFactory: () => ({ hmacKey: HMAC_KEY }) })],
  [
    'useFactory with imports',
    () =>
      OttuWebhooksModule.forRootAsync({
        ...mount,
        imports: [SettingsModule],
        inject: ['KEY'],
        useFactory: async (hmacKey: string) => ({ hmacKey }),
      }),
  ],
  ['useClass', () => OttuWebhooksModule.forRootAsync({ ...mount, useClass: Options })],
  ['useExisting', () => OttuWebhooksModule.forRootAsync({ ...mount, imports: [SettingsModule], useExisting: Options })],
] as const)('registered with %s', (_name, webhooks) => {
  it('hands on a card', async () => {
    const url = await listen([cards(), webhooks()]);
    await fake.pay({ customerId: 'customer-1', hmacKey: HMAC_KEY, webhookUrl: `${url}/webhooks/ottu` });
    expect(taken).toHaveLength(1);
  });
});

it('finds UserCardsService through imports where it is not global', async () => {
  const imports = [OttuCardsModule.forRoot(fake.options)];
  const url = await listen([OttuWebhooksModule.forRoot({ ...mount, hmacKey: HMAC_KEY, imports })]);
  await fake.pay({ customerId: 'customer-1', hmacKey: HMAC_KEY, webhookUrl: `${url}/webhooks/ottu` });
  expect(taken).toHaveLength(1);
});

it('mounts several webhooks in one application, each with its own key and merchant', async () => {
  const kuwait = await startFake();
  const url = await listen([
    cards(),
    OttuCardsModule.forRoot({ ...kuwait.options, name: 'kuwait', isGlobal: true }),
    OttuWebhooksModule.forRoot({ ...mount, hmacKey: HMAC_KEY }),
    OttuWebhooksModule.forRoot({ ...mount, path: 'webhooks/kuwait', cards: 'kuwait', hmacKey: 'obviously-false-2' }),
  ]);
  const customerId = 'customer-1';
  await fake.pay({ customerId, hmacKey: HMAC_KEY, webhookUrl: `${url}/webhooks/ottu` });
  await kuwait.pay({ customerId, hmacKey: 'obviously-false-2', webhookUrl: `${url}/webhooks/kuwait` });
  const crossed = await fake.pay({ customerId, hmacKey: HMAC_KEY, webhookUrl: `${url}/webhooks/kuwait` });
  expect(crossed.deliveries).toMatchObject([{ status: 401 }]);
  expect([taken.length, fake.received.length, kuwait.received.length]).toEqual([2, 1, 1]);
});

const HANDLER = 'handler must be a class with a method onPayment(event), or onSavedCard(event), or both';
const EMPTY = "is empty, so anybody could sign: set the HMAC key from Ottu's dashboard";

it.each<[what: string, options: object, problems: string]>([
  ['an empty key', { hmacKey: '' }, `1 problem — hmacKey ${EMPTY}`],
  ['a blank key', { hmacKey: ' \n' }, `1 problem — hmacKey ${EMPTY}`],
  ['no key', { hmacKey: undefined }, `1 problem — hmacKey ${EMPTY}`],
  ['no keys', { hmacKey: [] }, "1 problem — hmacKey is an empty list: set the HMAC key from Ottu's dashboard"],
  ['a list with an empty key', { hmacKey: [HMAC_KEY, ''] }, `1 problem — hmacKey [1] ${EMPTY}`],
  [
    'a key from a file',
    { hmacKey: `${CANARIES.hmacKey}\n` },
    '1 problem — hmacKey begins or ends with white space: copy the key again',
  ],
  [
    'a queue that is none',
    { queue: new Set() },
    '1 problem — queue must be a queue: write bullQueue({ connection }) from nestjs-ottu-cards/bullmq',
  ],
  ['no path', { path: ' / ' }, "1 problem — path must be a route, such as 'webhooks/ottu'"],
  ['no handler', { handler: undefined }, `1 problem — ${HANDLER}`],
  ['a handler of nothing', { handler: class {} }, `1 problem — ${HANDLER}`],
  [
    'a decorator that is none',
    { decorators: ['Public'] },
    '1 problem — decorators must be a list of class decorators: call them, as in Public()',
  ],
  [
    'decorators that are no list',
    { decorators: {} },
    '1 problem — decorators must be a list of class decorators: call them, as in Public()',
  ],
  ['an unknown option', { hmackey: 'a' }, '1 problem — hmackey is not an option: did you mean hmacKey?'],
  ['a misspelled extra', { decorator: [] }, '1 problem — decorator is not an option: did you mean decorators?'],
  [
    'everything wrong at once',
    { hmacKey: 5, queue: {}, onUndelivered: 'mail', handler: undefined, path: '' },
    `5 problems — path must be a route, such as 'webhooks/ottu'; ${HANDLER}; ` +
      'hmacKey must be a string, or a list of strings while a key is being replaced; ' +
      'queue must be a queue: write bullQueue({ connection }) from nestjs-ottu-cards/bullmq; ' +
      'onUndelivered must be a function',
  ],
])('does not boot with %s, and says how to mend it without the value', async (_what, options, problems) => {
  const error = await failure([cards(), forRoot({ ...mount, hmacKey: HMAC_KEY, ...options })]);
  expect(OttuConfigError.is(error) && error.message).toBe(`OttuWebhooksModule.forRoot(): ${problems}.`);
  await expect(leaksOf(error)).resolves.toEqual([]);
});

it('does not boot with a structure that comes from a factory', async () => {
  const error = await failure([cards(), OttuWebhooksModule.forRootAsync({ ...mount, useFactory: tooLate })]);
  expect(error).toMatchObject({
    message: 'OttuWebhooksModule.forRoot(): 1 problem — path cannot come from a factory: write it beside useFactory.',
  });
});

it.each([
  [undefined, ''],
  ['kuwait', ' with name: "kuwait"'],
])('does not boot without a UserCardsService (%s), and says what to import', async (name, named) => {
  const error = await failure([OttuWebhooksModule.forRoot({ ...mount, hmacKey: HMAC_KEY, cards: name })]);
  expect(error).toMatchObject({
    name: 'OttuConfigError',
    message:
      'OttuWebhooksModule.forRoot(): 1 problem — there is no UserCardsService to confirm cards for onSavedCard with: import ' +
      `OttuCardsModule.forRoot()${named} in imports, or make it isGlobal in the root module.`,
  });
});

class Ledger {
  readonly lines: string[] = [];
}

@Injectable()
class LedgerHandler implements OttuWebhookHandler {
  @Inject('CURRENCY') readonly currency: string | undefined;
  isReady = false;

  constructor(
    readonly ledger: Ledger,
    @Optional() @Inject('RATES') readonly rates?: object,
  ) {}

  onModuleInit(): void {
    this.isReady = true;
  }

  onPayment({ result }: PaymentEvent): void {
    this.ledger.lines.push([result, this.currency, this.rates, this.isReady].map(String).join(' '));
  }
}

@Module({ providers: [Ledger, { provide: 'CURRENCY', useValue: 'KWD' }], exports: [Ledger, 'CURRENCY'] })
class LedgerModule {}

it('makes the handler as Nest makes any class, from what imports export', async () => {
  const options = { path: 'webhooks/ottu', handler: LedgerHandler, hmacKey: HMAC_KEY, imports: [LedgerModule] };
  const module = await Test.createTestingModule({ imports: [OttuWebhooksModule.forRoot(options)] }).compile();
  const app = module.createNestApplication();
  closeWithTest(() => app.close());
  await app.listen(0, '127.0.0.1');
  await fake.pay({ customerId: 'customer-1', hmacKey: HMAC_KEY, webhookUrl: `${await app.getUrl()}/webhooks/ottu` });
  expect(app.get<Ledger>(Ledger, { strict: false }).lines).toEqual(['success KWD undefined true']);
});

it('does not boot with a handler that misses something, and says where to import it', async () => {
  const error = await failure([
    OttuWebhooksModule.forRoot({ path: 'webhooks/ottu', handler: LedgerHandler, hmacKey: HMAC_KEY }),
  ]);
  expect(error).toMatchObject({
    name: 'OttuConfigError',
    message:
      'OttuWebhooksModule cannot make its handler LedgerHandler, because it does not see Ledger (constructor parameter ' +
      '1), CURRENCY (currency): add the module that exports what it needs to imports.',
  });
});

it('names its queue by the merchant and by the path without slashes at its ends', async () => {
  const named: unknown[] = [];
  const queue: WebhookQueue = {
    nameFor: ({ path, cards: merchant }) => `${named.push([merchant, path])}`,
    open: async () => ({ add: async () => true, close: async () => undefined }),
  };
  const kuwait = OttuCardsModule.forRoot({ ...fake.options, name: 'kuwait', isGlobal: true });
  await startContext({
    imports: [kuwait, OttuWebhooksModule.forRoot({ ...mount, cards: 'kuwait', hmacKey: HMAC_KEY, queue })],
  });
  expect(named).toEqual([['kuwait', 'webhooks/ottu']]);
});

it('does not boot with two webhooks on one queue', async () => {
  const queue: WebhookQueue = {
    nameFor: () => 'payments',
    open: async () => ({ add: async () => true, close: async () => undefined }),
  };
  const error = await failure([
    cards(),
    OttuWebhooksModule.forRoot({ ...mount, hmacKey: HMAC_KEY, queue }),
    OttuWebhooksModule.forRoot({ ...mount, path: 'webhooks/kuwait', hmacKey: HMAC_KEY, queue }),
  ]);
  expect(error).toMatchObject({
    name: 'OttuConfigError',
    message: expect.stringContaining('two webhooks are mounted on the queue "payments"'),
  });
});

it('does not boot with a handler that lives for one request only', async () => {
  const error = await failure([
    cards(),
    OttuWebhooksModule.forRoot({ ...mount, handler: ScopedHandler, hmacKey: HMAC_KEY }),
  ]);
  expect(error).toMatchObject({
    name: 'OttuConfigError',
    message: expect.stringContaining('request-scoped'),
  });
});

it('boots as an application context too, without HTTP', async () => {
  await expect(failure([cards(), OttuWebhooksModule.forRoot({ ...mount, hmacKey: HMAC_KEY })])).resolves.toBe('booted');
});

it('does not boot with options that live for one request only', async () => {
  const options = { inject: [REQUEST], useFactory: () => ({ hmacKey: HMAC_KEY }) };
  expect(await failure([cards(), OttuWebhooksModule.forRootAsync({ ...mount, ...options })])).toMatchObject({
    message: expect.stringContaining('useFactory, or cards is request-scoped'),
  });
});

const received: unknown[] = [];

@Injectable()
class BaseHandler {
  constructor(@Inject('A') readonly base: unknown) {}
}

@Injectable()
class ExtendingHandler extends BaseHandler {
  constructor(@Inject('B') readonly own: unknown) {
    super(own);
  }

  onPayment(): void {
    received.push(this.own);
  }
}

/** As tools write it that compile without `emitDecoratorMetadata`, such as esbuild. */
class HandlerWithoutTypes {
  constructor(readonly own: unknown) {}

  onPayment(): void {
    received.push(this.own);
  }
}
Inject('A')(HandlerWithoutTypes, undefined, 0);

@Module({ providers: ['A', 'B'].map((name) => ({ provide: name, useValue: name })), exports: ['A', 'B'] })
class ValuesModule {}

it.each([
  ['that declares a parameter of its base class anew', ExtendingHandler, 'B'],
  ['whose types no compiler has written', HandlerWithoutTypes, 'A'],
])('makes a handler %s as Nest does', async (_which, handler, value) => {
  received.length = 0;
  const url = await listen([
    OttuWebhooksModule.forRoot({ path: 'webhooks', handler, hmacKey: HMAC_KEY, imports: [ValuesModule] }),
  ]);
  await fake.pay({ customerId: 'customer-1', hmacKey: HMAC_KEY, webhookUrl: `${url}/webhooks` });
  expect(received).toEqual([value]);
});
