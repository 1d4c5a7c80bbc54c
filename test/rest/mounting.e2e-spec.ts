import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  type INestApplication,
  Injectable,
  Logger,
  Module,
  SetMetadata,
  UseGuards,
  VERSION_NEUTRAL,
  type VersioningOptions,
  VersioningType,
} from '@nestjs/common';
import { APP_GUARD, Reflector, RouterModule } from '@nestjs/core';
import { jest } from '@jest/globals';
import { OttuCardsModule, OttuConfigError, type OttuCardsControllerOptions } from 'nestjs-ottu-cards';
import { aCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, startContext, startFake } from '../support/application.js';
import { type Adapter, CONTROLLER, listen, LoginGuard, send, startShop } from './shop.js';

let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

const ADAPTERS: [Adapter][] = [['express'], ['fastify']];

it('mounts nothing without controller', async () => {
  const url = await listen({ imports: [OttuCardsModule.forRoot(fake.options)] });
  expect((await send(`${url}/wallet/cards`, 'GET', 'customer-1')).status).toBe(404);
});

const GUARDS =
  "controller.guards is empty: set your login guard, or 'global' when an application-wide one covers this route";
const CUSTOMER = 'controller.customerId is missing: set (context) => the id of the customer who is signed in';
const PATH = "controller.path is empty: set it, such as 'wallet/cards'";

it.each<[what: string, change: object, problems: string]>([
  ['guards', { guards: undefined }, GUARDS],
  ['any guard', { guards: [] }, GUARDS],
  ['a guard that is one', { guards: [undefined] }, GUARDS],
  ["the word 'global' spelt right", { guards: 'none' }, GUARDS],
  ['customerId', { customerId: undefined }, CUSTOMER],
  ['a path', { path: '' }, PATH],
  ['a path of more than slashes', { path: '//' }, PATH],
  ['a guess', { gaurds: [LoginGuard] }, 'controller.gaurds is not an option: did you mean guards?'],
  ['lists that are lists', { imports: LoginGuard }, 'controller.imports must be a list'],
  ['everything', { path: undefined, guards: undefined, customerId: undefined }, `${PATH}; ${GUARDS}; ${CUSTOMER}`],
])('does not boot without %s', (_what, change, problems) => {
  const controller = { ...CONTROLLER, ...change } as OttuCardsControllerOptions;
  const ways = [
    () => OttuCardsModule.forRoot({ ...fake.options, controller }),
    () => OttuCardsModule.forRootAsync({ useFactory: () => fake.options, controller }),
  ];
  for (const register of ways) {
    expect(register).toThrow(OttuConfigError);
    expect(register).toThrow(`OttuCardsModule.forRoot(): the controller is not mounted — ${problems}.`);
  }
});

it('takes nothing of a mount from a polluted prototype', () => {
  // oxlint-disable-next-line no-extend-native -- this is the attack
  Object.defineProperty(Object.prototype, 'guards', { value: 'global', configurable: true, writable: true });
  try {
    const { guards: _, ...controller } = CONTROLLER;
    const register = () => OttuCardsModule.forRoot({ ...fake.options, controller: controller as typeof CONTROLLER });
    expect(register).toThrow(GUARDS);
  } finally {
    Reflect.deleteProperty(Object.prototype, 'guards');
  }
});

describe("guards: 'global'", () => {
  const controller = { ...CONTROLLER, guards: 'global' } as const;

  it('relies on an application-wide guard', async () => {
    const url = `${await startShop(fake, { controller, providers: [{ provide: APP_GUARD, useClass: LoginGuard }] })}/wallet/cards`;
    expect((await send(url, 'GET')).status).toBe(401);
    expect((await send(url, 'GET', 'customer-1')).status).toBe(200);
  });

  it('answers 403 when there is none: nobody is signed in', async () => {
    const url = `${await startShop(fake, { controller })}/wallet/cards`;
    expect((await send(url, 'GET', 'customer-1')).status).toBe(403);
    expect(fake.received).toEqual([]);
  });
});

describe.each(ADAPTERS)('the resolver on %s', (adapter) => {
  it.each([[undefined], [null], ['']])('that gives %j answers 403', async (given) => {
    const url = `${await startShop(fake, { adapter, controller: { customerId: () => given } })}/wallet/cards`;
    const answers = [await send(url, 'GET', 'customer-1'), await send(`${url}/tok-1`, 'DELETE', 'customer-1')];
    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
    expect(fake.received).toEqual([]);
  });

  it.each<[given: unknown, problem: string]>([
    [7, 'must be a string: write String(user.id)'],
    [['customer-1'], 'must be a string'],
    [{ id: 'customer-1' }, 'must be a string'],
    [' customer-1', 'must not begin or end with white space'],
    ['x'.repeat(65), 'must not have more than 64 characters'],
  ])('that gives %j answers 500 and logs what to write', async (given, problem) => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const url = `${await startShop(fake, { adapter, controller: { customerId: () => given as string } })}/wallet/cards`;
    const answer = await send(url, 'GET', 'customer-1');

    expect(answer).toMatchObject({ status: 500, body: { errorCode: 'misconfigured' } });
    expect(error.mock.calls).toEqual([
      [
        `misconfigured OttuConfigError: OttuCardsModule.forRoot(): controller.customerId gave an id that cannot be Ottu's: it ${problem}.`,
      ],
    ]);
    expect(fake.received).toEqual([]);
    error.mockRestore();
  });

  it('may take its time, and may throw an answer of its own', async () => {
    const slow = `${await startShop(fake, { adapter, controller: { customerId: async () => Promise.resolve('customer-1') } })}/wallet/cards`;
    expect((await send(slow, 'GET', 'customer-2')).status).toBe(200);
    expect(fake.received.map(({ body }) => JSON.parse(body) as object)).toMatchObject([{ customer_id: 'customer-1' }]);

    const failing = `${await startShop(fake, { adapter, controller: { customerId: () => Promise.reject(new Error('no database')) } })}/wallet/cards`;
    expect((await send(failing, 'GET', 'customer-2')).status).toBe(500);
    expect(fake.received).toHaveLength(1);
  });
});

describe('guards with dependencies', () => {
  @Injectable()
  class Sessions {
    isOpen(): boolean {
      return true;
    }
  }

  @Module({ providers: [Sessions], exports: [Sessions] })
  class SessionsModule {}

  @Injectable()
  class SessionGuard extends LoginGuard {
    constructor(@Inject(Sessions) private readonly sessions: Sessions) {
      super();
    }

    override canActivate(context: ExecutionContext): boolean {
      return this.sessions.isOpen() && super.canActivate(context);
    }
  }

  it('get them through controller.imports', async () => {
    const controller = { guards: [SessionGuard], imports: [SessionsModule] } as const;
    const url = `${await startShop(fake, { controller: { ...controller, imports: [...controller.imports] } })}/wallet/cards`;
    expect((await send(url, 'GET', 'customer-1')).status).toBe(200);
    expect((await send(url, 'GET')).status).toBe(401);
  });

  it('tell, when one cannot be had, where to add what exports it', async () => {
    const controller = { ...CONTROLLER, guards: [SessionGuard] } as const;
    const boot = startContext({ imports: [OttuCardsModule.forRoot({ ...fake.options, controller })] });
    await expect(boot).rejects.toMatchObject({
      name: 'OttuConfigError',
      message: expect.stringMatching(
        /^OttuCardsModule\.forRoot\(\): controller\.guards' SessionGuard cannot be made: add the module that exports what it needs to controller\.imports\. .*Sessions/,
      ),
    });
  });

  it('may be instances and may use the Reflector', async () => {
    @Injectable()
    class Roles implements CanActivate {
      constructor(@Inject(Reflector) private readonly reflector: Reflector) {}
      canActivate(context: ExecutionContext): boolean {
        return this.reflector.get('role', context.getClass()) === 'customer';
      }
    }
    const controller: Partial<OttuCardsControllerOptions> = { guards: [new LoginGuard(), Roles] };
    const closed = `${await startShop(fake, { controller })}/wallet/cards`;
    expect((await send(closed, 'GET', 'customer-1')).status).toBe(403);
    const open = `${await startShop(fake, { controller: { ...controller, decorators: [SetMetadata('role', 'customer')] } })}/wallet/cards`;
    expect((await send(open, 'GET', 'customer-1')).status).toBe(200);
  });
});

it('carries decorators, such as one that throttles', async () => {
  let left = 2;
  const LimitedToTwo = UseGuards({ canActivate: () => (left -= 1) >= 0 });
  const url = `${await startShop(fake, { controller: { decorators: [LimitedToTwo] } })}/wallet/cards`;
  const statuses = [];
  for (let index = 0; index < 3; index += 1) statuses.push((await send(url, 'GET', 'customer-1')).status);
  expect(statuses).toEqual([200, 200, 403]);
});

describe.each(ADAPTERS)('addresses on %s', (adapter) => {
  it.each<[what: string, shop: object, address: string, headers: Record<string, string>]>([
    ['a global prefix', { setUp: (app: INestApplication) => app.setGlobalPrefix('api') }, '/api/wallet/cards', {}],
    [
      'URI versions',
      { controller: { version: '2' }, setUp: versioned({ type: VersioningType.URI }) },
      '/v2/wallet/cards',
      {},
    ],
    [
      'several versions',
      { controller: { version: ['1', '2'] }, setUp: versioned({ type: VersioningType.URI }) },
      '/v1/wallet/cards',
      {},
    ],
    [
      'URI versions with a default',
      { setUp: versioned({ type: VersioningType.URI, defaultVersion: '3' }) },
      '/v3/wallet/cards',
      {},
    ],
    [
      'version-neutral',
      { controller: { version: VERSION_NEUTRAL }, setUp: versioned({ type: VersioningType.URI, defaultVersion: '3' }) },
      '/wallet/cards',
      {},
    ],
    [
      'header versions',
      { controller: { version: '2' }, setUp: versioned({ type: VersioningType.HEADER, header: 'x-version' }) },
      '/wallet/cards',
      { 'x-version': '2' },
    ],
    [
      'header versions with a default',
      { setUp: versioned({ type: VersioningType.HEADER, header: 'x-version', defaultVersion: '2' }) },
      '/wallet/cards',
      { 'x-version': '2' },
    ],
    [
      'RouterModule',
      { imports: [RouterModule.register([{ path: 'shop', module: OttuCardsModule }])] },
      '/shop/wallet/cards',
      {},
    ],
    ['a leading slash', { controller: { path: '/wallet/cards/' } }, '/wallet/cards', {}],
  ])('follow %s', async (_what, shop, address, headers) => {
    fake.save(aCard({ last4: '0026', number: '**** 0026' }));
    const url = `${await startShop(fake, { adapter, ...shop })}${address}`;
    const { status, body } = await send(url, 'GET', 'customer-1', { headers });
    const [{ id, last4 } = {}] = body as { id?: string; last4?: string }[];
    expect([status, last4]).toEqual([200, '0026']);
    expect((await send(`${url}/${id}`, 'DELETE', 'customer-1', { headers })).status).toBe(204);
  });

  it('follow another version nowhere', async () => {
    const url = await startShop(fake, {
      adapter,
      controller: { version: '2' },
      setUp: versioned({ type: VersioningType.URI }),
    });
    expect((await send(`${url}/v1/wallet/cards`, 'GET', 'customer-1')).status).toBe(404);
  });
});

function versioned(options: VersioningOptions) {
  return (app: INestApplication) => app.enableVersioning(options);
}

it.each([['forRoot'], ['forRootAsync']])('mounts two merchants at two paths with %s', async (way) => {
  const other = await startFake();
  const mount = (it: FakeOttu, name: string) => {
    const extras = { name, controller: { ...CONTROLLER, path: `wallet/${name}` } };
    return way === 'forRoot'
      ? OttuCardsModule.forRoot({ ...it.options, ...extras })
      : OttuCardsModule.forRootAsync({ useFactory: () => it.options, ...extras });
  };
  const url = await listen({ imports: [mount(fake, 'kuwait'), mount(other, 'qatar')] });
  fake.save(aCard({ nameOnCard: 'KUWAIT' }));
  const qatar = other.save(aCard({ nameOnCard: 'QATAR' }));

  expect(await send(`${url}/wallet/kuwait`, 'GET', 'customer-1')).toMatchObject({ body: [{ nameOnCard: 'KUWAIT' }] });
  const inQatar = await send(`${url}/wallet/qatar`, 'GET', 'customer-1');
  expect(inQatar).toMatchObject({ body: [{ nameOnCard: 'QATAR' }] });
  const [{ id } = { id: '' }] = inQatar.body as { id: string }[];
  expect((await send(`${url}/wallet/kuwait/${id}`, 'DELETE', 'customer-1')).status).toBe(404);
  expect(other.cardsOf('customer-1')).toEqual([qatar]);
});
