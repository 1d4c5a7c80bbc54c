import { type DynamicModule, Inject, Module, type OnModuleInit, Scope } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { OttuConfigError } from '../errors/errors.js';
import { OTTU_WEBHOOK_HANDLER } from './handler.provider.js';
import { ConfigurableModuleClass, type OttuWebhooksAsyncOptions } from './ottu-webhooks.module-definition.js';
import { type OttuWebhooksExtras, type OttuWebhooksOptions, ResolvedWebhooksOptions } from './ottu-webhooks.options.js';

/** The generated base, without the methods whose arguments are narrowed below. */
const Base: Omit<typeof ConfigurableModuleClass, 'forRoot' | 'forRootAsync'> & (new () => object) =
  ConfigurableModuleClass;

/** The queues of an application's mounts, by the object that there is once in it. */
const queuesOf = new WeakMap<object, Set<string>>();

/** Mounts the endpoint that Ottu posts payments to, and hands them to `handler`. Prints as nothing: an application holds its keys. */
@Module({})
export class OttuWebhooksModule extends Base implements OnModuleInit {
  readonly #module: ModuleRef;
  readonly #modules: ModulesContainer;

  constructor(@Inject(ModuleRef) module: ModuleRef, @Inject(ModulesContainer) modules: ModulesContainer) {
    super();
    this.#module = module;
    this.#modules = modules;
  }

  /** @throws OttuConfigError while the application boots, naming every problem of the options */
  static forRoot(options: OttuWebhooksOptions & OttuWebhooksExtras): DynamicModule {
    return ConfigurableModuleClass.forRoot.call(this, options);
  }

  /** As `forRoot`, with `hmacKey`, `queue` and `onUndelivered` from a factory; the rest stands beside it. */
  static forRootAsync(options: OttuWebhooksAsyncOptions): DynamicModule {
    return ConfigurableModuleClass.forRootAsync.call(this, options);
  }

  onModuleInit(): void {
    if (this.#module.introspect(OTTU_WEBHOOK_HANDLER).scope === Scope.REQUEST) {
      throw new OttuConfigError(
        'OttuWebhooksModule.forRoot(): handler is request-scoped, or injects something that is. It works on after the request ' +
          'is answered: make it and what it injects singletons.',
      );
    }
    const options = this.#module.get(ResolvedWebhooksOptions);
    const name = options.queue?.nameFor(options);
    if (name === undefined) return;
    const taken = queuesOf.get(this.#modules) ?? new Set<string>();
    if (taken.has(name)) {
      throw new OttuConfigError(
        `OttuWebhooksModule.forRoot(): two webhooks are mounted on the queue ${JSON.stringify(name)}, so that each would ` +
          "take the other's events: give each its own, as in bullQueue({ connection, name: 'kuwait' }).",
      );
    }
    queuesOf.set(this.#modules, taken.add(name));
  }
}
