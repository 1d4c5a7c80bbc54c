import type { InjectionToken, Provider } from '@nestjs/common';
import { isRecord } from './is-record.js';

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
