import { Inject, Injectable, Optional, type Provider, Scope, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { handlerProvider, OTTU_WEBHOOK_HANDLER } from './handler.provider.js';

class Ledger {}

const LEDGER = { provide: Ledger, useValue: new Ledger() };
const RATES = { provide: 'RATES', useValue: 'rates' };
const mends = 'add the module that exports what it needs to imports.';

/** The handler that is made where these providers are. */
async function made(handler: Type | undefined, ...providers: Provider[]): Promise<unknown> {
  const building = Test.createTestingModule({ providers: [handlerProvider(handler), ...providers] });
  return (await building.compile()).get<unknown>(OTTU_WEBHOOK_HANDLER);
}

@Injectable()
class Handler {
  @Inject('CURRENCY') readonly currency: unknown;
  @Optional() @Inject('LOCALE') readonly locale: unknown = 'en';

  constructor(
    readonly ledger: Ledger,
    @Optional() @Inject('RATES') readonly rates: unknown = 'default',
  ) {}
}

const CURRENCY = { provide: 'CURRENCY', useValue: 'KWD' };

it('makes the class with what it injects, by parameter and by property', async () => {
  const handler = await made(Handler, LEDGER, RATES, CURRENCY, { provide: 'LOCALE', useValue: 'ar' });
  expect(handler).toBeInstanceOf(Handler);
  expect(handler).toEqual({ ledger: LEDGER.useValue, rates: 'rates', currency: 'KWD', locale: 'ar' });
});

it('leaves what is optional and missing at its default', async () => {
  expect(await made(Handler, LEDGER, CURRENCY)).toEqual({
    ledger: LEDGER.useValue,
    rates: 'default',
    currency: 'KWD',
    locale: 'en',
  });
});

it('takes null for a value, as Nest does', async () => {
  expect(await made(Handler, LEDGER, { provide: 'CURRENCY', useValue: null })).toMatchObject({ currency: null });
});

it('tells everything that is missing, and the option that mends it', async () => {
  await expect(made(Handler, RATES)).rejects.toThrow(
    'OttuWebhooksModule cannot make its handler Handler, because it does not see Ledger (constructor parameter 1), ' +
      `CURRENCY (currency): ${mends}`,
  );
});

it('tells a token that is no class by its text, the first 60 letters of it', async () => {
  const long = 'T'.repeat(61);

  class Shop {
    constructor(
      @Inject(Symbol('db')) readonly db: unknown,
      @Inject(long) readonly other: unknown,
    ) {}
  }

  await expect(made(Shop)).rejects.toThrow(
    `does not see Symbol(db) (constructor parameter 1), ${long.slice(1)} (constructor parameter 2): ${mends}`,
  );
});

it('a parameter that a class declares anew is its own, and not the one of the class that it extends', async () => {
  class Base {
    constructor(@Inject('RATES') readonly base: unknown) {}
  }

  class Extending extends Base {
    constructor(@Inject('CURRENCY') readonly own: unknown) {
      super('of the base');
    }
  }

  expect(await made(Extending, RATES, CURRENCY)).toEqual({ base: 'of the base', own: 'KWD' });
});

it('makes a class whose types no compiler has written', async () => {
  class Untyped {
    @Inject('CURRENCY') readonly currency: unknown;

    constructor(
      readonly own: unknown,
      readonly locale = 'en',
    ) {}
  }
  Inject('RATES')(Untyped, undefined, 0);
  Reflect.deleteMetadata('design:paramtypes', Untyped);
  expect(await made(Untyped, RATES, CURRENCY)).toEqual({ own: 'rates', locale: 'en', currency: 'KWD' });
});

it('makes a class that injects nothing', async () => {
  class Plain {}
  expect(await made(Plain)).toEqual(new Plain());
});

it('gives null for what is no class: the check at boot tells it', async () => {
  expect(await made(undefined)).toBeNull();
  expect(await made('handler' as never)).toBeNull();
});

it.each([
  [Scope.REQUEST, Scope.REQUEST],
  [Scope.DEFAULT, undefined],
  [Scope.TRANSIENT, undefined],
])('a class of scope %d has scope %p, by which the module refuses it', (scope, expected) => {
  @Injectable({ scope })
  class Scoped {}
  expect(handlerProvider(Scoped)).toMatchObject(expected === undefined ? {} : { scope: expected });
  expect('scope' in handlerProvider(Scoped)).toBe(expected !== undefined);
});
