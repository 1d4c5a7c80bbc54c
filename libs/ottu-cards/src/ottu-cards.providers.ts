import { type InjectionToken, Logger, type Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { cardIds } from './cards/card-id.js';
import { UserCardsService } from './cards/user-cards.service.js';
import { shutdownClockOf } from './common/shutdown.js';
import { OttuConfigError } from './errors/errors.js';
import { type Registration, REGISTRATION, titleOf } from './ottu-cards.registration.js';
import { ResolvedOptions } from './ottu-cards.resolve-options.js';
import { OTTU_CARDS_LOGGER } from './rest/ottu-error.filter.js';
import { OttuTransport } from './transport/ottu-transport.js';

/** Everything between the options and the service. */
export function cardsProviders(
  registration: Registration,
  tokens: { readonly options: InjectionToken; readonly service: InjectionToken },
): Provider[] {
  const { name } = registration;
  return [
    { provide: REGISTRATION, useValue: registration },
    { provide: OTTU_CARDS_LOGGER, useValue: new Logger(name === undefined ? 'OttuCards' : `OttuCards ${name}`) },
    {
      provide: ResolvedOptions,
      inject: [tokens.options],
      useFactory: (options: unknown) => new ResolvedOptions(options, name),
    },
    {
      provide: OttuTransport,
      inject: [ResolvedOptions, OTTU_CARDS_LOGGER, ModulesContainer],
      useFactory: (options: ResolvedOptions, logger: Logger, application: ModulesContainer) =>
        new OttuTransport(options, logger, shutdownClockOf(application).signal),
    },
    {
      provide: tokens.service,
      inject: [OttuTransport, ResolvedOptions, OTTU_CARDS_LOGGER],
      useFactory: userCards,
    },
  ];
}

function userCards(transport: OttuTransport, options: ResolvedOptions, logger: Logger): UserCardsService {
  const { name, env, origin, secret, timeoutMs, cache } = options;
  const bound = inName(name, () => cache?.bind({ origin, env, timeoutMs, secret }));
  const idOf = cardIds({ secret, env, origin });
  return new UserCardsService(transport, { name, env, logger, timeoutMs, idOf, cache: bound });
}

/** Says whose problem it is where a part that knows no registration finds one. */
function inName<T>(name: string | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (name === undefined || !OttuConfigError.is(error)) throw error;
    throw new OttuConfigError(`${titleOf(name)}: ${error.message}`);
  }
}
