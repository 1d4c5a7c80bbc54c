import { type InjectionToken, type OptionalFactoryDependency, type Provider, Scope, type Type } from '@nestjs/common';
import { isRecord } from '../common/is-record.js';
import { OttuConfigError } from '../errors/errors.js';

/** The shop's handler, under a name that cannot meet another provider of the same class. */
export const OTTU_WEBHOOK_HANDLER = 'OTTU_WEBHOOK_HANDLER';

/**
 * Makes the handler as Nest makes a class, and tells what it misses with the option that mends it: Nest's own error
 * names neither the option nor everything that is missing.
 */
export function handlerProvider(handler: Type | undefined): Provider {
  // What is no class is told at boot, with all other problems.
  if (typeof handler !== 'function') return { provide: OTTU_WEBHOOK_HANDLER, useValue: null };
  const needs = dependenciesOf(handler);
  return {
    provide: OTTU_WEBHOOK_HANDLER,
    ...scopeOf(handler),
    inject: needs.map(({ token }): OptionalFactoryDependency => ({ token, optional: true })),
    useFactory: (...made: unknown[]) => {
      const missing = needs.filter(({ isOptional }, index) => made[index] === undefined && !isOptional);
      if (missing.length > 0) throw missingDependencies(handler, missing);
      const instance: unknown = Reflect.construct(
        handler,
        made.filter((_, index) => !needs[index]?.isProperty),
      );
      needs.forEach(({ name, isProperty }, index) => {
        if (isProperty && made[index] !== undefined) Object.assign(Object(instance), { [name]: made[index] });
      });
      return instance;
    },
  };
}

interface Dependency {
  readonly name: string;
  readonly token: InjectionToken;
  readonly isOptional: boolean;
  readonly isProperty: boolean;
}

/** @see Nest's `injector.ts`: the metadata that `@Inject()`, `@Optional()` and TypeScript write, seen 2026-11-21 */
function dependenciesOf(handler: Type): Dependency[] {
  const optional = listOf<number>(handler, 'optional:paramtypes');
  const tokens = listOf<InjectionToken>(handler, 'design:paramtypes'); // none where no compiler wrote them
  for (const { index, param } of listOf<{ index: number; param: InjectionToken }>(handler, 'self:paramtypes')) {
    tokens[index] = param; // the last one stands: a class comes after the class that it extends
  }
  const parameters = Array.from(tokens, (token, index) => ({
    name: `constructor parameter ${index + 1}`,
    token,
    isOptional: optional.includes(index),
    isProperty: false,
  }));
  const optionalKeys = listOf<string>(handler, 'optional:properties_metadata');
  const properties = listOf<{ key: string; type: InjectionToken }>(handler, 'self:properties_metadata');
  return [
    ...parameters,
    ...properties.map(({ key, type }) => ({
      name: key,
      token: type,
      isOptional: optionalKeys.includes(key),
      isProperty: true,
    })),
  ];
}

/** The scope of a class that is not a singleton: refused when the module starts. */
function scopeOf(handler: Type): { scope?: Scope } {
  const options: unknown = Reflect.getMetadata('scope:options', handler);
  return isRecord(options) && options['scope'] === Scope.REQUEST ? { scope: Scope.REQUEST } : {};
}

function missingDependencies(handler: Type, missing: readonly Dependency[]): OttuConfigError {
  const names = missing.map(({ name, token }) => {
    const what = typeof token === 'function' ? token.name : String(token).slice(0, 60);
    return `${what} (${name})`;
  });
  return new OttuConfigError(
    `OttuWebhooksModule cannot make its handler ${handler.name}, because it does not see ${names.join(', ')}: ` +
      'add the module that exports what it needs to imports.',
  );
}

function listOf<T>(handler: Type, key: string): T[] {
  const found: unknown = Reflect.getMetadata(key, handler);
  return Array.isArray(found) ? [...found] : [];
}
