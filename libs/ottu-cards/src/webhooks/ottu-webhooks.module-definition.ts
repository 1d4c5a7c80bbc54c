import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  type FactoryProvider,
  type ModuleMetadata,
  type Type,
} from '@nestjs/common';
import type { GivenExtras, OttuWebhooksExtras, OttuWebhooksOptions } from './ottu-webhooks.options.js';
import { OTTU_WEBHOOKS_OPTIONS, webhooksPlumbing } from './ottu-webhooks.plumbing.js';
import { createWebhooksController } from './webhooks.controller.js';

/** What a factory gives: options alone, for the structure is needed before it runs. */
export type OttuWebhooksFactoryResult = OttuWebhooksOptions & { readonly [K in keyof OttuWebhooksExtras]?: never };

/** Implemented by the classes of `useClass` and `useExisting`. */
export interface OttuWebhooksOptionsFactory {
  createOttuWebhooksOptions(): OttuWebhooksFactoryResult | Promise<OttuWebhooksFactoryResult>;
}

/** Exactly one way to come by the options. */
type OptionsSource =
  | {
      readonly useFactory: FactoryProvider<OttuWebhooksFactoryResult>['useFactory'];
      readonly inject?: NonNullable<FactoryProvider['inject']>;
      readonly useClass?: never;
      readonly useExisting?: never;
    }
  | { readonly useClass: Type<OttuWebhooksOptionsFactory>; readonly useFactory?: never; readonly useExisting?: never }
  | { readonly useExisting: Type<OttuWebhooksOptionsFactory>; readonly useFactory?: never; readonly useClass?: never };

/** `imports` serve the factory, the handler and `UserCardsService` alike. */
export type OttuWebhooksAsyncOptions = Pick<ModuleMetadata, 'imports'> &
  OptionsSource &
  Omit<OttuWebhooksExtras, 'imports'>;

/** Every extra stands here: the builder takes only those out of the options. */
const EXTRAS: GivenExtras = {
  path: undefined,
  handler: undefined,
  cards: undefined,
  imports: undefined,
  decorators: undefined,
};

export const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<OttuWebhooksOptions>({
  optionsInjectionToken: OTTU_WEBHOOKS_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createOttuWebhooksOptions')
  .setExtras(EXTRAS, (definition, extras): DynamicModule => ({
    ...definition,
    imports: [...(definition.imports ?? []), ...(extras.imports ?? [])],
    controllers: [createWebhooksController(extras)],
    providers: [...(definition.providers ?? []), ...webhooksPlumbing(extras)],
  }))
  .build();
