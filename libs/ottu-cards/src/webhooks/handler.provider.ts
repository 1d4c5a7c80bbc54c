import {
  type FactoryProvider,
  type InjectionToken,
  type OptionalFactoryDependency,
  Scope,
  type Type,
} from '@nestjs/common';
import { isRecord } from '../common/is-record.js';
import { OttuConfigError } from '../errors/errors.js';

/** The shop's handler, under a name that cannot meet another provider of the same class. */
export const OTTU_WEBHOOK_HANDLER = 'OTTU_WEBHOOK_HANDLER';

/**
 * Makes the handler as Nest makes a class, and tells what it misses with the option that mends it: Nest's own error
 * names neither the option nor the handler's class.
 */
export function handlerProvider(handler: Type): FactoryProvider {
  const parameters = parametersOf(handler);
  const properties = propertiesOf(handler);
  const all = [...parameters, ...properties];
  return {
    provide: OTTU_WEBHOOK_HANDLER,
    ...scopeOf(handler),
    inject: all.map(({ token }): OptionalFactoryDependency => ({ token, optional: true })),
    useFactory: (...made: unknown[]) => {
      const missing = all.filter(({ isOptional }, index) => made[index] === undefined && !isOptional);
      if (missing.length > 0) throw missingDependencies(handler, missing);
      const instance: unknown = Reflect.construct(handler, made.slice(0, parameters.length));
      properties.forEach(({ name }, index) => {
        const value = made[parameters.length + index];
        if (value !== undefined) Object.assign(Object(instance), { [name]: value });
      });
      return instance;
    },
  };
}

interface Dependency {
  readonly name: string;
  readonly token: InjectionToken;
  readonly isOptional: boolean;
}

/** @see Nest's `injector.ts`: the metadata that `@Inject()`, `@Optional()` and TypeScript write, seen 2026-11-21 */
function parametersOf(handler: Type): Dependency[] {
  const types = listOf<InjectionToken>(handler, 'design:paramtypes');
  const injected = new Map(
    listOf<{ index: number; param: InjectionToken }>(handler, 'self:paramtypes').map((it) => [it.index, it.param]),
  );
  const optional = listOf<number>(handler, 'optional:paramtypes');
  return types.map((type, index) => ({
    name: `constructor parameter ${index + 1}`,
    token: injected.get(index) ?? type,
    isOptional: optional.includes(index),
  }));
}

function propertiesOf(handler: Type): Dependency[] {
  const optional = listOf<string>(handler, 'optional:properties_metadata');
  return listOf<{ key: string; type: InjectionToken }>(handler, 'self:properties_metadata').map(({ key, type }) => ({
    name: key,
    token: type,
    isOptional: optional.includes(key),
  }));
}

/** The scope of a class that is not a singleton: refused when the module starts. */
function scopeOf(handler: Type): { scope?: Scope } {
  const options: unknown = Reflect.getMetadata('scope:options', handler);
  return isRecord(options) && options['scope'] === Scope.REQUEST ? { scope: Scope.REQUEST } : {};
}

function missingDependencies(handler: Type, missing: readonly Dependency[]): OttuConfigError {
  const names = missing.map(({ name, token }) => `${nameOf(token)} (${name})`).join(', ');
  return new OttuConfigError(
    `OttuWebhooksModule cannot make its handler ${handler.name}, because it does not see ${names}: ` +
      'add the module that exports what it needs to imports.',
  );
}

function nameOf(token: unknown): string {
  return typeof token === 'function' ? token.name : String(token).slice(0, 60);
}

function listOf<T>(handler: Type, key: string): T[] {
  const found: unknown = Reflect.getMetadata(key, handler);
  return Array.isArray(found) ? [...found] : [];
}
