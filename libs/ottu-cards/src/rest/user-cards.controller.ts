import {
  applyDecorators,
  ConflictException,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Inject,
  type InjectionToken,
  Param,
  Query,
  Req,
  type Type,
  UseFilters,
  UseGuards,
  ValidationPipe,
} from '@nestjs/common';
import type { SavedCard } from '../cards/saved-card.js';
import type { UserCardsService } from '../cards/user-cards.service.js';
import { OttuNotFoundError, OttuRefusedError } from '../errors/errors.js';
import { checkControllerOptions, type OttuCardsControllerOptions } from './controller.options.js';
import { CustomerGuard } from './customer.guard.js';
import { answerOf } from './error-answer.js';
import { invalidQuery } from './invalid-query.js';
import { OttuListCardsQuery } from './list-cards.query.js';
import { DELETE, Documented, LIST } from './openapi.js';
import { OttuErrorFilter } from './ottu-error.filter.js';
import { OttuSavedCardDto } from './saved-card.dto.js';

const NO_STORE = Header('Cache-Control', 'no-store, private');

/** The controller's own pipe, because an application need not have one that validates: unknown parameters are refused. */
function validQuery(expectedType: Type): ParameterDecorator {
  const strict = { transform: true, whitelist: true, forbidNonWhitelisted: true };
  return Query(new ValidationPipe({ ...strict, expectedType, exceptionFactory: invalidQuery }));
}

/**
 * Makes a controller class of its own for each mount: metadata of a class that mounts share would be overwritten.
 *
 * @throws OttuConfigError
 */
export function createUserCardsController(options: OttuCardsControllerOptions, cardsToken: InjectionToken): Type {
  checkControllerOptions(options);
  const { path, version, guards, decorators = [] } = options;
  const customers = new CustomerGuard(options.customerId);

  @applyDecorators(...decorators)
  @UseFilters(OttuErrorFilter)
  @UseGuards(...(guards === 'global' ? [] : guards), customers)
  @Controller({ path, ...(version !== undefined && { version }) })
  class UserCardsController {
    constructor(@Inject(cardsToken) private readonly cards: UserCardsService) {}

    @Get()
    @NO_STORE
    @Documented(LIST)
    async list(
      @validQuery(OttuListCardsQuery) query: OttuListCardsQuery,
      @Req() request: object,
    ): Promise<OttuSavedCardDto[]> {
      const { pgCodes, agreementId } = query;
      const cards = await this.cards.list({ customerId: customers.customerOf(request), pgCodes, agreementId });
      return cards.map((card) => OttuSavedCardDto.from(card));
    }

    /** Ownership is proven with the customer's own list first, so that another's card is no card at all. */
    @Delete(':token')
    @HttpCode(204)
    @NO_STORE
    @Documented(DELETE)
    async delete(
      @Param('token') token: string,
      @validQuery(NoQuery) _query: NoQuery,
      @Req() request: object,
    ): Promise<void> {
      const customerId = customers.customerOf(request);
      const card = await this.cards.find({ customerId, token });
      if (card === undefined) throw new OttuNotFoundError('The signed-in customer has no such card.');
      await this.cards.delete({ customerId, token }).catch((error: unknown) => {
        throw isLocked(card, error) ? new ConflictException(answerOf('card_locked')) : error;
      });
    }
  }

  // operation ids of OpenAPI are made of it, and two mounts must not share one
  Object.defineProperty(UserCardsController, 'name', {
    value: `OttuUserCards${pascal(path, version)}Controller`,
  });
  return UserCardsController;
}

/** A delete takes no parameters: one that names a customer is refused, not ignored. */
class NoQuery {}

function isLocked(card: SavedCard, error: unknown): boolean {
  return card.agreements.length > 0 && OttuRefusedError.is(error) && LOCKED_STATUSES.has(error.status ?? 0);
}

/** How Ottu refuses to delete a card that an agreement rests on is published nowhere: any of these, with agreements. */
const LOCKED_STATUSES = new Set([400, 409, 422]);

/** `wallet/cards` in version 2 is `WalletCards2`. */
function pascal(...names: unknown[]): string {
  const words = names.flat().flatMap((name) => (typeof name === 'string' ? name.split(/[^a-zA-Z0-9]+/) : []));
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
