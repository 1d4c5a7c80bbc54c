import { ConfigurableModuleBuilder, type DynamicModule, type Provider } from '@nestjs/common';
import { getUserCardsToken } from './cards/user-cards.token.js';
import type { AsyncOptions, FactoryResult } from './common/async-options.js';
import { isRecord } from './common/is-record.js';
import { optional, problemsOf, type Rules } from './common/rules.js';
import { unprintedOptions } from './common/unprinted-options.js';
import { configProblems } from './errors/config-problems.js';
import type { OttuCardsExtras, OttuCardsOptions } from './ottu-cards.options.js';
import { cardsProviders } from './ottu-cards.providers.js';
import { type Registration, titleOf } from './ottu-cards.registration.js';
import { checkControllerOptions, mountPathOf } from './rest/controller.options.js';
import { guardCheck } from './rest/guard-check.js';
import { createUserCardsController } from './rest/user-cards.controller.js';

/** What a factory gives: options alone, for the structure is needed before it runs. */
export type OttuCardsFactoryResult = FactoryResult<OttuCardsOptions, OttuCardsExtras>;

/** Implemented by the classes of `useClass` and `useExisting`. */
export interface OttuCardsOptionsFactory {
  createOttuCardsOptions(): OttuCardsFactoryResult | Promise<OttuCardsFactoryResult>;
}

export type OttuCardsAsyncOptions = AsyncOptions<OttuCardsFactoryResult, OttuCardsOptionsFactory> & OttuCardsExtras;

const EXTRA_RULES: Rules<keyof OttuCardsExtras> = {
  isGlobal: optional((value) => (typeof value === 'boolean' ? undefined : 'must be true or false')),
  name: optional((value) =>
    typeof value === 'string' && value !== '' ? undefined : "must be a text that is not empty, such as 'kuwait'",
  ),
  controller: optional((value) => (isRecord(value) ? undefined : 'must be an object: { path, guards, customerId }')),
};

/** Every extra stands here: the builder takes only those out of the options. */
const EXTRAS: OttuCardsExtras = { isGlobal: false, name: undefined, controller: undefined };

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: OTTU_CARDS_OPTIONS } =
  new ConfigurableModuleBuilder<OttuCardsOptions>({ optionsInjectionToken: 'OTTU_CARDS_OPTIONS' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createOttuCardsOptions')
    .setExtras(EXTRAS, (definition, extras) => withExtras(definition, extras))
    .build();

function withExtras(definition: DynamicModule, extras: OttuCardsExtras): DynamicModule {
  const { isGlobal = false, name, controller } = extras;
  const title = titleOf(typeof name === 'string' && name !== '' ? name : undefined);
  const problems = problemsOf({ isGlobal, name, controller }, EXTRA_RULES);
  if (problems.length > 0) throw configProblems(title, problems);
  if (controller) checkControllerOptions(controller, title);

  const service = getUserCardsToken(name);
  const mount: Registration['mount'] = controller && { path: mountPathOf(controller), version: controller.version };
  const providers = [
    ...(definition.providers ?? []).map(unprinted),
    ...cardsProviders({ name, mount }, { options: OTTU_CARDS_OPTIONS, service }),
  ];
  const module = { ...definition, global: isGlobal, providers, exports: [service] };
  if (!controller) return module;
  return {
    ...module,
    imports: [...(definition.imports ?? []), ...(controller.imports ?? [])],
    providers: [...providers, guardCheck(controller, title)],
    controllers: [createUserCardsController(controller, service, title)],
  };
}

function unprinted(provider: Provider): Provider {
  if (typeof provider === 'function' || provider.provide !== OTTU_CARDS_OPTIONS) return provider;
  if ('useValue' in provider) return { ...provider, useValue: unprintedOptions(provider.useValue) };
  if (!('useFactory' in provider)) return provider;
  const { useFactory } = provider;
  return { ...provider, useFactory: async (...args: unknown[]) => unprintedOptions(await useFactory(...args)) };
}
