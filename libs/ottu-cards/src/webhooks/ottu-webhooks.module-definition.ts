import { ConfigurableModuleBuilder, type DynamicModule, Logger, type Provider } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import type { UserCardsService } from '../cards/user-cards.service.js';
import { getUserCardsToken } from '../cards/user-cards.token.js';
import { type OttuAsyncOptions, type OttuFactoryResult, withUnprintedOptions } from '../common/module-options.js';
import { shutdownClockOf } from '../common/shutdown.js';
import { BodyParserErrors } from './body-parser-errors.js';
import { handlerProvider, OTTU_WEBHOOK_HANDLER } from './handler.provider.js';
import {
  type GivenExtras,
  type OttuWebhooksExtras,
  type OttuWebhooksOptions,
  ResolvedWebhooksOptions,
} from './ottu-webhooks.options.js';
import type { OttuWebhookHandler } from './webhook-events.js';
import { WEBHOOK_TIMINGS, WebhookProcessor, type WebhookTimings } from './webhook-processor.js';
import { createWebhooksController } from './webhooks.controller.js';

/** What a factory gives: options alone, for the structure is needed before it runs. */
export type OttuWebhooksFactoryResult = OttuFactoryResult<OttuWebhooksOptions, OttuWebhooksExtras>;

/** Implemented by the classes of `useClass` and `useExisting`. */
export interface OttuWebhooksOptionsFactory {
  createOttuWebhooksOptions(): OttuWebhooksFactoryResult | Promise<OttuWebhooksFactoryResult>;
}

/** `imports` serve the factory, the handler and `UserCardsService` alike. */
export type OttuWebhooksAsyncOptions = OttuAsyncOptions<OttuWebhooksFactoryResult, OttuWebhooksOptionsFactory> &
  Omit<OttuWebhooksExtras, 'imports'>;

/** The injection token of the options as they were given: override it in tests. */
export const OTTU_WEBHOOKS_OPTIONS = 'OTTU_WEBHOOKS_OPTIONS';

const TIMINGS = 'OTTU_WEBHOOK_TIMINGS';

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
  .setExtras(EXTRAS, (definition, extras): DynamicModule => {
    const mount = Symbol(extras.path);
    const logger = new Logger(typeof extras.cards === 'string' ? `OttuWebhooks ${extras.cards}` : 'OttuWebhooks');
    return {
      ...definition,
      imports: [...(definition.imports ?? []), ...(extras.imports ?? [])],
      controllers: [createWebhooksController({ ...extras, mount, logger })],
      providers: [
        ...withUnprintedOptions(definition.providers, OTTU_WEBHOOKS_OPTIONS),
        ...providersOf(extras, mount, logger),
      ],
    };
  })
  .build();

function providersOf(extras: GivenExtras, mount: symbol, logger: Logger): Provider[] {
  const cards = { token: getUserCardsToken(extras.cards), optional: true };
  return [
    typeof extras.handler === 'function'
      ? handlerProvider(extras.handler)
      : { provide: OTTU_WEBHOOK_HANDLER, useValue: null },
    {
      provide: ResolvedWebhooksOptions,
      inject: [OTTU_WEBHOOKS_OPTIONS, OTTU_WEBHOOK_HANDLER, cards],
      useFactory: (options: unknown, handler: unknown, userCards: unknown) =>
        new ResolvedWebhooksOptions({ options, extras, handler, hasCards: userCards !== undefined }),
    },
    { provide: TIMINGS, useValue: WEBHOOK_TIMINGS },
    {
      provide: WebhookProcessor,
      inject: [ResolvedWebhooksOptions, OTTU_WEBHOOK_HANDLER, TIMINGS, ModulesContainer, cards],
      useFactory: (
        options: ResolvedWebhooksOptions,
        handler: OttuWebhookHandler,
        timings: WebhookTimings,
        modules: ModulesContainer,
        userCards?: UserCardsService,
      ) => {
        const clock = shutdownClockOf(modules);
        return new WebhookProcessor({
          options,
          handler,
          timings,
          clock,
          userCards,
          logger,
        });
      },
    },
    {
      provide: BodyParserErrors,
      inject: [HttpAdapterHost],
      useFactory: (host: HttpAdapterHost) => new BodyParserErrors(host, mount, logger),
    },
  ];
}
