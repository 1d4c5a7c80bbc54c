import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type OnModuleInit,
  Scope,
} from '@nestjs/common';
import { HttpAdapterHost, ModuleRef, ModulesContainer } from '@nestjs/core';
import type { UserCardsService } from '../cards/user-cards.service.js';
import { getUserCardsToken } from '../cards/user-cards.token.js';
import { type OttuAsyncOptions, type OttuFactoryResult, withUnprintedOptions } from '../common/module-options.js';
import { shutdownClockOf } from '../common/shutdown.js';
import { OttuConfigError } from '../errors/errors.js';
import { BodyParserErrors } from './body-parser-errors.js';
import { handlerProvider, OTTU_WEBHOOK_HANDLER } from './handler.provider.js';
import {
  checkedOptions,
  type CheckedWebhooksOptions,
  type GivenExtras,
  type OttuWebhooksExtras,
  type OttuWebhooksOptions,
} from './ottu-webhooks.options.js';
import type { OttuWebhookHandler } from './webhook-events.js';
import { WEBHOOK_TIMINGS, WebhookProcessor } from './webhook-processor.js';
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

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<OttuWebhooksOptions>({
  optionsInjectionToken: OTTU_WEBHOOKS_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createOttuWebhooksOptions')
  // every extra stands here: the builder takes only those out of the options
  .setExtras<GivenExtras>(
    { path: undefined, handler: undefined, cards: undefined, imports: undefined, decorators: undefined },
    withExtras,
  )
  .build();

/** Mounts the endpoint that Ottu posts payments to, and hands them to `handler`. Prints as nothing: an application holds its keys. */
@Module({})
export class OttuWebhooksModule implements OnModuleInit {
  readonly #module: ModuleRef;

  constructor(@Inject(ModuleRef) module: ModuleRef) {
    this.#module = module;
  }

  /** @throws OttuConfigError while the application boots, naming every problem of the options */
  static forRoot(options: OttuWebhooksOptions & OttuWebhooksExtras): DynamicModule {
    return { ...ConfigurableModuleClass.forRoot(options), module: this };
  }

  /** As `forRoot`, with `hmacKey`, `queue` and `onUndelivered` from a factory; the rest stands beside it. */
  static forRootAsync(options: OttuWebhooksAsyncOptions): DynamicModule {
    return { ...ConfigurableModuleClass.forRootAsync(options), module: this };
  }

  onModuleInit(): void {
    if (this.#module.introspect(WebhookProcessor).scope !== Scope.REQUEST) return;
    const what =
      this.#module.introspect(OTTU_WEBHOOK_HANDLER).scope === Scope.REQUEST ? 'handler' : 'useFactory, or cards';
    throw new OttuConfigError(
      `OttuWebhooksModule.forRoot(): ${what} is request-scoped, or injects something that is. It works on after the request ` +
        'is answered: make it and what it injects singletons.',
    );
  }
}

function withExtras(definition: DynamicModule, extras: GivenExtras): DynamicModule {
  const mount = Symbol(extras.path);
  const logger = new Logger(typeof extras.cards === 'string' ? `OttuWebhooks ${extras.cards}` : 'OttuWebhooks');
  return {
    ...definition,
    imports: [...(definition.imports ?? []), ...(extras.imports ?? [])],
    controllers: [createWebhooksController({ ...extras, mount, logger })],
    providers: [
      ...withUnprintedOptions(definition.providers, OTTU_WEBHOOKS_OPTIONS),
      handlerProvider(extras.handler),
      { provide: TIMINGS, useValue: WEBHOOK_TIMINGS },
      {
        provide: WebhookProcessor,
        inject: [
          OTTU_WEBHOOKS_OPTIONS,
          OTTU_WEBHOOK_HANDLER,
          TIMINGS,
          ModulesContainer,
          { token: getUserCardsToken(extras.cards), optional: true },
        ],
        useFactory: (
          given: unknown,
          handler: OttuWebhookHandler,
          timings: typeof WEBHOOK_TIMINGS,
          application: ModulesContainer,
          userCards?: UserCardsService,
        ) => {
          const options = checkedOptions(given, extras, { handler, hasCards: userCards !== undefined });
          refuseSharedQueue(options, application);
          return new WebhookProcessor(options, handler, timings, shutdownClockOf(application), logger, userCards);
        },
      },
      {
        provide: BodyParserErrors,
        inject: [HttpAdapterHost],
        useFactory: (host: HttpAdapterHost) => new BodyParserErrors(host, mount, logger),
      },
    ],
  };
}

/** The queues of an application's mounts, by the object that there is once in it. */
const queuesOf = new WeakMap<object, Set<string>>();

function refuseSharedQueue(options: CheckedWebhooksOptions, application: object): void {
  const name = options.queue?.nameFor(options);
  if (name === undefined) return;
  const taken = queuesOf.get(application) ?? new Set<string>();
  if (taken.has(name)) {
    throw new OttuConfigError(
      `OttuWebhooksModule.forRoot(): two webhooks are mounted on the queue ${JSON.stringify(name)}, so that each would ` +
        "take the other's events: give each its own, as in bullQueue({ connection, name: 'kuwait' }).",
    );
  }
  queuesOf.set(application, taken.add(name));
}
