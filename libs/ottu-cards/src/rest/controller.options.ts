import type { CanActivate, ControllerOptions, ExecutionContext, ModuleMetadata, Type } from '@nestjs/common';
import { optional, problemsOf, type Rule, type Rules, sentenceOf } from '../common/rules.js';
import { OttuConfigError } from '../errors/errors.js';

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
  readonly customerId: (context: ExecutionContext) => MaybePromise<string | null | undefined>;
  /** Modules whose exports the guards need. @default none */
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  /** Put on the controller class: throttling, API tags and answers of the guards. @default none */
  readonly decorators?: readonly ClassDecorator[];
  /** As in Nest's `@Controller({ version })`. @default the application's default version */
  readonly version?: NonNullable<ControllerOptions['version']>;
}

type MaybePromise<T> = T | Promise<T>;

const list: Rule = optional((value) => (Array.isArray(value) ? undefined : 'must be a list'));

const RULES: Rules<keyof OttuCardsControllerOptions> = {
  path: (value) =>
    typeof value === 'string' && trimSlashes(value) !== '' ? undefined : "is empty: set it, such as 'wallet/cards'",
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
export function mountPathOf({ path }: OttuCardsControllerOptions): string {
  return trimSlashes(path);
}

function trimSlashes(path: string): string {
  let [start, end] = [0, path.length];
  while (path[start] === '/') start += 1;
  while (end > start && path[end - 1] === '/') end -= 1;
  return path.slice(start, end);
}

function areGuards(guards: unknown): boolean {
  return guards === 'global' || (Array.isArray(guards) && guards.length > 0 && guards.every(Boolean));
}
