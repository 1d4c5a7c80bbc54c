import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  type FactoryProvider,
  type InjectionToken,
  type ModuleMetadata,
  type Provider,
  type Type,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { shutdownClockOf } from './common/shutdown.js';
import { UserCardsService } from './cards/user-cards.service.js';
import { getUserCardsToken } from './cards/user-cards.token.js';
import type { OttuCardsOptions } from './ottu-cards.options.js';
import { ResolvedOptions } from './ottu-cards.resolved-options.js';
import type { OttuCardsControllerOptions } from './rest/controller.options.js';
import { guardCheck } from './rest/guard-check.js';
import { createUserCardsController } from './rest/user-cards.controller.js';
import { OttuTransport } from './transport/ottu-transport.js';

/** The structure of the module: known before any factory runs. */
export interface OttuCardsExtras {
  /** Makes `UserCardsService` injectable everywhere without importing the module again. @default false */
  readonly isGlobal?: boolean | undefined;
  /**
   * Tells several merchants of one application apart: inject with `@InjectUserCards(name)`.
   *
   * @default none: inject `UserCardsService` by its class
   */
  readonly name?: string | undefined;
  /** Mounts a REST controller on which the shop's customers manage their own cards. @default none: no route exists */
  readonly controller?: OttuCardsControllerOptions | undefined;
}

/** What a factory gives: options alone, for the structure is needed before it runs. */
export type OttuCardsFactoryResult = OttuCardsOptions & { readonly [K in keyof OttuCardsExtras]?: never };

/** Implemented by the classes of `useClass` and `useExisting`. */
export interface OttuCardsOptionsFactory {
  createOttuCardsOptions(): OttuCardsFactoryResult | Promise<OttuCardsFactoryResult>;
}

/** Exactly one way to come by the options. */
type OptionsSource =
  | {
      readonly useFactory: FactoryProvider<OttuCardsFactoryResult>['useFactory'];
      readonly inject?: NonNullable<FactoryProvider['inject']>;
      readonly useClass?: never;
      readonly useExisting?: never;
    }
  | { readonly useClass: Type<OttuCardsOptionsFactory>; readonly useFactory?: never; readonly useExisting?: never }
  | { readonly useExisting: Type<OttuCardsOptionsFactory>; readonly useFactory?: never; readonly useClass?: never };

export type OttuCardsAsyncOptions = Pick<ModuleMetadata, 'imports'> & OptionsSource & OttuCardsExtras;

/** Every extra stands here: the builder takes only those out of the options. */
const EXTRAS: OttuCardsExtras = { isGlobal: false, name: undefined, controller: undefined };

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: OTTU_CARDS_OPTIONS } =
  new ConfigurableModuleBuilder<OttuCardsOptions>({ optionsInjectionToken: 'OTTU_CARDS_OPTIONS' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createOttuCardsOptions')
    .setExtras(EXTRAS, (definition, { isGlobal = false, name, controller }): DynamicModule => {
      const token = getUserCardsToken(name);
      const providers = [...(definition.providers ?? []), ...plumbing(), userCards(token)];
      const module = { ...definition, global: isGlobal, providers, exports: [token] };
      return controller === undefined ? module : mounted(module, controller, token);
    })
    .build();

function plumbing(): Provider[] {
  return [
    {
      provide: ResolvedOptions,
      inject: [OTTU_CARDS_OPTIONS],
      useFactory: (options: unknown) => new ResolvedOptions(options),
    },
    {
      provide: OttuTransport,
      inject: [ResolvedOptions, ModulesContainer],
      useFactory: (options: ResolvedOptions, application: ModulesContainer) =>
        new OttuTransport(options, shutdownClockOf(application).signal),
    },
  ];
}

function userCards(provide: InjectionToken): Provider {
  return {
    provide,
    inject: [OttuTransport, ResolvedOptions],
    useFactory: (transport: OttuTransport, { env, origin, timeoutMs, apiKey, cache }: ResolvedOptions) => {
      const secret = typeof apiKey === 'string' ? apiKey : undefined;
      return new UserCardsService(transport, env, cache?.bind({ origin, env, timeoutMs, secret }));
    },
  };
}

function mounted(module: DynamicModule, controller: OttuCardsControllerOptions, token: InjectionToken): DynamicModule {
  return {
    ...module,
    imports: [...(module.imports ?? []), ...(controller.imports ?? [])],
    providers: [...(module.providers ?? []), guardCheck(controller)],
    controllers: [createUserCardsController(controller, token)],
  };
}
