import type { CanActivate, ControllerOptions, ExecutionContext, ModuleMetadata, Type } from '@nestjs/common';
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
  /** Put on the controller class: throttling, API tags. @default none */
  readonly decorators?: readonly ClassDecorator[];
  /** As in Nest's `@Controller({ version })`. @default the application's default version */
  readonly version?: NonNullable<ControllerOptions['version']>;
}

type MaybePromise<T> = T | Promise<T>;

/** @throws OttuConfigError which names what is missing: a controller without these would be open to everyone */
export function checkControllerOptions(options: OttuCardsControllerOptions): void {
  const { path, guards, customerId }: Partial<OttuCardsControllerOptions> = options;
  const problems = [
    typeof path === 'string' && path !== '' ? undefined : "controller.path is empty: set it, such as 'wallet/cards'",
    areGuards(guards)
      ? undefined
      : "controller.guards is empty: set your login guard, or 'global' when an application-wide one covers this route",
    typeof customerId === 'function'
      ? undefined
      : 'controller.customerId is missing: set (context) => the id of the customer who is signed in',
  ].filter((problem) => problem !== undefined);
  if (problems.length === 0) return;
  throw new OttuConfigError(`OttuCardsModule.forRoot(): the controller is not mounted — ${problems.join('; ')}.`);
}

function areGuards(guards: unknown): boolean {
  return guards === 'global' || (Array.isArray(guards) && guards.length > 0 && guards.every(Boolean));
}
