import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { shutdownClockOf } from './common/shutdown.js';
import { UserCardsService } from './cards/user-cards.service.js';
import {
  ConfigurableModuleClass,
  type OttuCardsAsyncOptions,
  type OttuCardsExtras,
} from './ottu-cards.module-definition.js';
import type { OttuCardsOptions } from './ottu-cards.options.js';
import { OttuTransport } from './transport/ottu-transport.js';

/** The generated base, without the one method whose argument is narrowed below. */
const Base: Omit<typeof ConfigurableModuleClass, 'forRootAsync'> & (new () => object) = ConfigurableModuleClass;

/** Makes `UserCardsService` injectable for one merchant at Ottu. */
@Module({})
export class OttuCardsModule extends Base implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(OttuTransport) private readonly transport: OttuTransport,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {
    super();
  }

  /** @throws OttuConfigError while the application boots, naming every problem of the options */
  static override forRoot(options: OttuCardsOptions & OttuCardsExtras): DynamicModule {
    return super.forRoot(options);
  }

  /** As `forRoot`, with options that come from a factory; `name` and `isGlobal` stand beside it. */
  static forRootAsync(options: OttuCardsAsyncOptions): DynamicModule {
    return ConfigurableModuleClass.forRootAsync.call(this, options);
  }

  onModuleInit(): void {
    const unnamed = [...this.modules.values()].filter(
      ({ metatype, providers }) => metatype === OttuCardsModule && providers.has(UserCardsService),
    );
    if (unnamed.length < 2 || !Object.is(unnamed[0]?.instance, this)) return;
    new Logger(OttuCardsModule.name).warn(
      `OttuCardsModule is registered ${unnamed.length} times without a name, so which merchant UserCardsService means ` +
        "depends on the importing module. Register once with isGlobal: true, or give each merchant a name: forRoot({ …, name: 'kuwait' }) and @InjectUserCards('kuwait').",
    );
  }

  /** Starts the one clock of all registrations; the application still answers requests, so nothing is awaited here. */
  beforeApplicationShutdown(): void {
    shutdownClockOf(this.modules).start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.transport.close();
  }
}
