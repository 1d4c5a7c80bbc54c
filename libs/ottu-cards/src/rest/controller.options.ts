import type {
  CanActivate,
  ControllerOptions,
  ExecutionContext,
  FactoryProvider,
  ModuleMetadata,
  Type,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { optional, problemsOf, type Rule, type Rules, sentenceOf } from '../common/rules.js';
import { OttuConfigError } from '../errors/errors.js';

/** @inline */
type Guard = Type<CanActivate> | CanActivate;

/** Mounts a REST controller on which the shop's customers manage their own cards. */
export interface OttuCardsControllerOptions {
  /** @example 'wallet/cards' */
  readonly path: string;
  /**
   * The guards that let signed-in customers alone through, or the explicit word that an application-wide guard covers
   * this controller.
   */
  readonly guards: readonly [Guard, ...Guard[]] | 'global';
  /**
   * The customer who is signed in, from the server's own login; asked after the guards. Nothing answers 403.
   *
   * @example (context) => context.switchToHttp().getRequest().user?.id
   */
  readonly customerId: (context: ExecutionContext) => string | null | undefined | Promise<string | null | undefined>;
  /** Modules whose exports the guards need. @default none */
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  /** Put on the controller class: throttling, API tags and answers of the guards. @default none */
  readonly decorators?: readonly ClassDecorator[];
  /** As in Nest's `@Controller({ version })`. @default the application's default version */
  readonly version?: NonNullable<ControllerOptions['version']>;
}

const list: Rule = optional((value) => (Array.isArray(value) ? undefined : 'must be a list'));

const RULES: Rules<keyof OttuCardsControllerOptions> = {
  path: (value) =>
    typeof value === 'string' && mountPathOf(value) !== '' ? undefined : "is empty: set it, such as 'wallet/cards'",
  guards: (value) =>
    areGuards(value)
      ? undefined
      : "is empty: set your login guard, or 'global' when an application-wide one covers this route",
  customerId: (value) =>
    typeof value === 'function' ? undefined : 'is missing: set (context) => the id of the customer who is signed in',
  imports: list,
  decorators: list,
  version: () => undefined,
};

/**
 * @param title how messages name the registration
 * @throws OttuConfigError which names what is missing: a controller without these would be open to everyone
 */
export function checkControllerOptions(options: OttuCardsControllerOptions, title: string): void {
  const problems = problemsOf(options, RULES).map(({ name, problem }) => ({ name: `controller.${name}`, problem }));
  if (problems.length === 0) return;
  throw new OttuConfigError(`${title}: the controller is not mounted — ${sentenceOf(problems)}.`);
}

/** Without slashes at its ends, which say nothing. */
export function mountPathOf(path: string): string {
  return path.replaceAll(/^\/+|\/+$/g, '');
}

function areGuards(guards: unknown): boolean {
  return guards === 'global' || (Array.isArray(guards) && guards.length > 0 && guards.every(Boolean));
}

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
          if (!isUnknownDependency(error)) return;
          const [what] = error.message.split('\n');
          throw new OttuConfigError(
            `${title}: controller.guards' ${guard.name} cannot be made: add the module that exports what it needs to controller.imports. ${what}`,
          );
        });
      }
    },
  };
}

/** Whatever else fails, a request-scoped guard for one, is Nest's to judge when it makes the real one. */
function isUnknownDependency(error: unknown): error is Error {
  return error instanceof Error && error.constructor.name === 'UnknownDependenciesException';
}
