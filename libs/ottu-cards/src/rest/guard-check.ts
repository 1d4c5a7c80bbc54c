import type { FactoryProvider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { OttuConfigError } from '../errors/errors.js';
import type { OttuCardsControllerOptions } from './controller.options.js';

/**
 * Tells, before Nest does, which guard needs something that this module cannot see: Nest's own error would not name the
 * option that mends it.
 */
export function guardCheck({ guards }: OttuCardsControllerOptions, title: string): FactoryProvider {
  return {
    provide: guardCheck,
    inject: [ModuleRef],
    useFactory: async (module: ModuleRef): Promise<void> => {
      for (const guard of guards === 'global' ? [] : guards) {
        if (typeof guard !== 'function') continue;
        await module.create(guard).catch((error: unknown) => {
          if (isUnknownDependency(error)) throw missing(title, guard.name, error);
        });
      }
    },
  };
}

/** Whatever else fails, a request-scoped guard for one, is Nest's to judge when it makes the real one. */
function isUnknownDependency(error: unknown): error is Error {
  return error instanceof Error && error.constructor.name === 'UnknownDependenciesException';
}

function missing(title: string, guard: string, { message }: Error): OttuConfigError {
  const [what = ''] = message.split('\n');
  return new OttuConfigError(
    `${title}: controller.guards' ${guard} cannot be made: add the module that exports what it needs to controller.imports. ${what}`,
  );
}
