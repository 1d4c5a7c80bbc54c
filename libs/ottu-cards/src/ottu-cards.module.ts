import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { UserCardsService } from './cards/user-cards.service.js';
import {
  ConfigurableModuleClass,
  type OttuCardsAsyncOptions,
  type OttuCardsExtras,
} from './ottu-cards.module-definition.js';
import type { OttuCardsOptions } from './ottu-cards.options.js';
import { OttuTransport } from './transport/ottu-transport.js';
import { UndiciSockets } from './transport/undici.adapter.js';

const SHUTDOWN_GRACE_MS = 5_000;

/** The generated base, without the one method whose argument is narrowed below. */
const Base: Omit<typeof ConfigurableModuleClass, 'forRootAsync'> & (new () => object) = ConfigurableModuleClass;

/** As much of the sockets as this module needs: the public types never speak of undici. */
interface Closable {
  destroy(): Promise<void>;
}

/** Makes `UserCardsService` injectable for one merchant at Ottu. */
@Module({})
export class OttuCardsModule extends Base implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(OttuTransport) private readonly transport: OttuTransport,
    @Inject(UndiciSockets) private readonly sockets: Closable,
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

  /** Later than `onModuleDestroy`, which runs while the application still answers requests. */
  async onApplicationShutdown(): Promise<void> {
    await this.transport.close(SHUTDOWN_GRACE_MS);
    await this.sockets.destroy();
  }
}
