import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  type InjectionToken,
  Logger,
  type Provider,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { cardIds } from './cards/card-id.js';
import type { ListCache } from './cards/list-cache.js';
import { NO_CACHE, UserCardsService } from './cards/user-cards.service.js';
import { getUserCardsToken } from './cards/user-cards.token.js';
import { type OttuAsyncOptions, type OttuFactoryResult, withUnprintedOptions } from './common/module-options.js';
import { isRecord } from './common/is-record.js';
import { optional, problemsOf, type Rules } from './common/rules.js';
import { shutdownClockOf } from './common/shutdown.js';
import { configProblems, OttuConfigError } from './errors/errors.js';
import { type OttuCardsExtras, type OttuCardsOptions, ResolvedOptions } from './ottu-cards.options.js';
import { type Registration, REGISTRATION, titleOf } from './ottu-cards.registration.js';
import { checkControllerOptions, guardCheck, mountPathOf } from './rest/controller.options.js';
import { OTTU_CARDS_LOGGER } from './rest/ottu-error.filter.js';
import { createUserCardsController } from './rest/user-cards.controller.js';
import { OttuTransport } from './transport/ottu-transport.js';

/** What a factory gives: options alone, for the structure is needed before it runs. */
export type OttuCardsFactoryResult = OttuFactoryResult<OttuCardsOptions, OttuCardsExtras>;

/** Implemented by the classes of `useClass` and `useExisting`. */
export interface OttuCardsOptionsFactory {
  createOttuCardsOptions(): OttuCardsFactoryResult | Promise<OttuCardsFactoryResult>;
}

export type OttuCardsAsyncOptions = OttuAsyncOptions<OttuCardsFactoryResult, OttuCardsOptionsFactory> & OttuCardsExtras;

const EXTRA_RULES: Rules<keyof OttuCardsExtras> = {
  isGlobal: optional((value) => (typeof value === 'boolean' ? undefined : 'must be true or false')),
  name: optional((value) =>
    typeof value === 'string' && value !== '' ? undefined : "must be a text that is not empty, such as 'kuwait'",
  ),
  controller: optional((value) => (isRecord(value) ? undefined : 'must be an object: { path, guards, customerId }')),
};

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: OTTU_CARDS_OPTIONS } =
  new ConfigurableModuleBuilder<OttuCardsOptions>({ optionsInjectionToken: 'OTTU_CARDS_OPTIONS' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createOttuCardsOptions')
    // every extra stands here: the builder takes only those out of the options
    .setExtras<OttuCardsExtras>({ isGlobal: false, name: undefined, controller: undefined }, withExtras)
    .build();

function withExtras(definition: DynamicModule, { isGlobal = false, name, controller }: OttuCardsExtras): DynamicModule {
  const title = titleOf(typeof name === 'string' && name !== '' ? name : undefined);
  const problems = problemsOf({ isGlobal, name, controller }, EXTRA_RULES);
  if (problems.length > 0) throw configProblems(title, problems);
  if (controller) checkControllerOptions(controller, title);
  const service = getUserCardsToken(name);
  const mount: Registration['mount'] = controller && {
    path: mountPathOf(controller.path),
    version: controller.version,
  };
  return {
    ...definition,
    global: isGlobal,
    imports: [...(definition.imports ?? []), ...(controller?.imports ?? [])],
    controllers: controller ? [createUserCardsController(controller, service, title)] : [],
    providers: [
      ...withUnprintedOptions(definition.providers, OTTU_CARDS_OPTIONS),
      ...providersOf({ name, mount }, service),
      ...(controller ? [guardCheck(controller, title)] : []),
    ],
    exports: [service],
  };
}

/** Everything between the options and the service. */
function providersOf(registration: Registration, service: InjectionToken): Provider[] {
  const { name } = registration;
  return [
    { provide: REGISTRATION, useValue: registration },
    { provide: OTTU_CARDS_LOGGER, useValue: new Logger(name === undefined ? 'OttuCards' : `OttuCards ${name}`) },
    {
      provide: ResolvedOptions,
      inject: [OTTU_CARDS_OPTIONS],
      useFactory: (options: unknown) => new ResolvedOptions(options, name),
    },
    {
      provide: OttuTransport,
      inject: [ResolvedOptions, OTTU_CARDS_LOGGER, ModulesContainer],
      useFactory: (options: ResolvedOptions, logger: Logger, application: ModulesContainer) =>
        new OttuTransport(options, logger, shutdownClockOf(application).signal),
    },
    {
      provide: service,
      inject: [OttuTransport, ResolvedOptions, OTTU_CARDS_LOGGER],
      useFactory: (transport: OttuTransport, options: ResolvedOptions, logger: Logger) => {
        const { env, timeoutMs } = options;
        const [cache, idOf] = [cacheOf(options), cardIds(options)];
        return new UserCardsService(transport, { name, env, logger, timeoutMs, idOf, cache });
      },
    },
  ];
}

/** A cache knows no registration: what it refuses is told with the name of this one. */
function cacheOf({ name, cache, origin, env, timeoutMs, secret }: ResolvedOptions): ListCache {
  try {
    return cache?.bind({ origin, env, timeoutMs, secret }) ?? NO_CACHE;
  } catch (error) {
    if (name === undefined || !OttuConfigError.is(error)) throw error;
    throw new OttuConfigError(`${titleOf(name)}: ${error.message}`);
  }
}
