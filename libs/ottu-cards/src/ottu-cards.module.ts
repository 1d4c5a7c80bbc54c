import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { isRecord } from './common/is-record.js';
import { optional, problemsOf, type Rules } from './common/rules.js';
import { shutdownClockOf } from './common/shutdown.js';
import { withoutPrototype } from './common/without-prototype.js';
import { configProblems, OttuConfigError } from './errors/errors.js';
import { ConfigurableModuleClass, type OttuCardsAsyncOptions } from './ottu-cards.module-definition.js';
import type { OttuCardsExtras, OttuCardsOptions } from './ottu-cards.options.js';
import { refuseMixUps, type Registration, REGISTRATION, registrationsIn, titleOf } from './ottu-cards.registration.js';
import { OttuTransport } from './transport/ottu-transport.js';

/** Makes `UserCardsService` injectable for one merchant at Ottu. Prints as nothing: an application holds its keys. */
@Module({})
export class OttuCardsModule implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #modules: ModulesContainer;
  readonly #registration: Registration;
  readonly #transport: OttuTransport | undefined;

  /** @hidden */
  constructor(
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Optional() @Inject(REGISTRATION) registration?: Registration,
    @Optional() @Inject(OttuTransport) transport?: OttuTransport,
  ) {
    if (!registration) {
      throw new OttuConfigError(
        'OttuCardsModule is imported without options: write OttuCardsModule.forRoot({ apiKey, env }) in imports. ' +
          'With isGlobal: true it is imported once, and other modules need not import it.',
      );
    }
    this.#modules = modules;
    this.#registration = registration;
    this.#transport = transport;
    refuseMixUps(registration, registrationsIn(modules));
  }

  /** @throws OttuConfigError while the application boots, naming every problem of the options */
  static forRoot(options: OttuCardsOptions & OttuCardsExtras): DynamicModule {
    if (!isRecord(options)) throw configProblems(titleOf(undefined), ['the options must be an object']);
    return { ...ConfigurableModuleClass.forRoot(options), module: this };
  }

  /** As `forRoot`, with options that come from a factory; `name`, `isGlobal` and `controller` stand beside it. */
  static forRootAsync(options: OttuCardsAsyncOptions): DynamicModule {
    return { ...ConfigurableModuleClass.forRootAsync(checkedAsync(options)), module: this };
  }

  onModuleInit(): void {
    const unnamed = registrationsIn(this.#modules).filter(({ name }) => name === undefined);
    if (unnamed.length < 2 || unnamed[0] !== this.#registration) return;
    new Logger(OttuCardsModule.name).warn(
      `OttuCardsModule is registered ${unnamed.length} times without a name, so which merchant UserCardsService means ` +
        "depends on the importing module. Register once with isGlobal: true, or give each merchant a name: forRoot({ …, name: 'kuwait' }) and @InjectUserCards('kuwait').",
    );
  }

  /** Nest waits here for one module after the other, while the server still answers: so nothing is awaited. */
  beforeApplicationShutdown(): void {
    shutdownClockOf(this.#modules).start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#transport?.close();
  }
}

const anything = optional(() => undefined);
const SOURCES: Rules = {
  useFactory: optional((value) => (typeof value === 'function' ? undefined : 'must be a function')),
  useClass: optional((value) => (typeof value === 'function' ? undefined : 'must be a class')),
  useExisting: anything,
};
const ASYNC_RULES: Rules = {
  ...SOURCES,
  inject: anything,
  imports: anything,
  provideInjectionTokensFrom: anything,
  isGlobal: anything,
  name: anything,
  controller: anything,
};

/**
 * The options' own values: nothing is inherited.
 *
 * @throws OttuConfigError
 */
function checkedAsync(options: OttuCardsAsyncOptions): OttuCardsAsyncOptions {
  const own = withoutPrototype({ ...options });
  const sources = Object.keys(SOURCES).filter((name) => Reflect.get(own, name) !== undefined);
  const problems = [
    ...(sources.length === 1 ? [] : ['the options must come from one of useFactory, useClass and useExisting']),
    ...problemsOf(own, ASYNC_RULES),
  ];
  if (problems.length === 0) return own;
  throw configProblems(titleOf(typeof own.name === 'string' ? own.name : undefined), problems);
}
