import type { FactoryProvider, InjectionToken, ModuleMetadata, Provider, Type } from '@nestjs/common';
import { isRecord } from './is-record.js';

/** The argument of `forRootAsync`: exactly one way to come by the options, and the modules that it needs. */
export type OttuAsyncOptions<Result, Factory> = Pick<ModuleMetadata, 'imports'> &
  (
    | {
        readonly useFactory: FactoryProvider<Result>['useFactory'];
        readonly inject?: NonNullable<FactoryProvider['inject']>;
        readonly useClass?: never;
        readonly useExisting?: never;
      }
    | { readonly useClass: Type<Factory>; readonly useFactory?: never; readonly useExisting?: never }
    | { readonly useExisting: Type<Factory>; readonly useFactory?: never; readonly useClass?: never }
  );

/** What a factory gives: options alone, for the structure of the module (`Extras`) is needed before it runs. */
export type OttuFactoryResult<Options, Extras> = Options & { readonly [K in keyof Extras]?: never };

const UNPRINTED = { value: () => '[OttuOptions]' };

/** A copy of options that hold a key: printed, it shows nothing. What is no object stays what it is. */
export function unprintedOptions<T>(options: T): T {
  if (!isRecord(options)) return options;
  return Object.defineProperties(
    { ...options },
    { toJSON: UNPRINTED, [Symbol.for('nodejs.util.inspect.custom')]: UNPRINTED },
  );
}

/** The providers of a module, whose options print as nothing: those under `token`, given or from a factory. */
export function withUnprintedOptions(providers: readonly Provider[] = [], token: InjectionToken): Provider[] {
  return providers.map((provider) => {
    if (typeof provider === 'function' || provider.provide !== token) return provider;
    if ('useValue' in provider) return { ...provider, useValue: unprintedOptions<unknown>(provider.useValue) };
    if (!('useFactory' in provider)) return provider;
    const { useFactory } = provider;
    return {
      ...provider,
      useFactory: async (...args: unknown[]) => unprintedOptions<unknown>(await useFactory(...args)),
    };
  });
}
