import { Inject } from '@nestjs/common';
import { UserCardsService } from './user-cards.service.js';

/** The injection token of the instance registered under `name`; `UserCardsService` itself without one. */
export function getUserCardsToken(name?: string): string | typeof UserCardsService {
  return name === undefined ? UserCardsService : `UserCardsService:${name}`;
}

/**
 * Injects the `UserCardsService` of the merchant registered under `name`.
 *
 * @example constructor(@InjectUserCards('kuwait') private readonly cards: UserCardsService) {}
 */
export function InjectUserCards(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getUserCardsToken(name));
}
