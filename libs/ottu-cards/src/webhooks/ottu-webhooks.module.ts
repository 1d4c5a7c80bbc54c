import { type DynamicModule, Inject, Module, type OnModuleInit, Scope } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { OttuConfigError } from '../errors/errors.js';
import { ConfigurableModuleClass, type OttuWebhooksAsyncOptions } from './ottu-webhooks.module-definition.js';
import type { OttuWebhooksExtras, OttuWebhooksOptions } from './ottu-webhooks.options.js';
import { OTTU_CARD_SAVED_HANDLER } from './ottu-webhooks.plumbing.js';

/** The generated base, without the methods whose arguments are narrowed below. */
const Base: Omit<typeof ConfigurableModuleClass, 'forRoot' | 'forRootAsync'> & (new () => object) =
  ConfigurableModuleClass;

/** Mounts the endpoint that Ottu posts payments to, and hands the cards that were saved with them to `handler`. */
@Module({})
export class OttuWebhooksModule extends Base implements OnModuleInit {
  constructor(@Inject(ModuleRef) private readonly module: ModuleRef) {
    super();
  }

  /** @throws OttuConfigError while the application boots, naming every problem of the options */
  static forRoot(options: OttuWebhooksOptions & OttuWebhooksExtras): DynamicModule {
    return ConfigurableModuleClass.forRoot.call(this, options);
  }

  /** As `forRoot`, with `hmacKey`, `store` and `onUndelivered` from a factory; the rest stands beside it. */
  static forRootAsync(options: OttuWebhooksAsyncOptions): DynamicModule {
    return ConfigurableModuleClass.forRootAsync.call(this, options);
  }

  onModuleInit(): void {
    if (this.module.introspect(OTTU_CARD_SAVED_HANDLER).scope !== Scope.REQUEST) return;
    throw new OttuConfigError(
      'OttuWebhooksModule.forRoot(): handler is request-scoped, or injects something that is. It works on after the ' +
        'request is answered: make it and what it injects singletons.',
    );
  }
}
