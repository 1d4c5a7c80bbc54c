import {
  applyDecorators,
  type CanActivate,
  Controller,
  Delete,
  type ExecutionContext,
  ForbiddenException,
  Get,
  Header,
  HttpCode,
  Inject,
  type InjectionToken,
  Req,
  SetMetadata,
  type Type,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { cardIdRule } from '../cards/card-id.js';
import { customerIdRule } from '../cards/card-rules.js';
import type { UserCardsService } from '../cards/user-cards.service.js';
import { OttuConfigError, OttuNotFoundError } from '../errors/errors.js';
import { mountPathOf, type OttuCardsControllerOptions } from './controller.options.js';
import { ClosingConnectionInterceptor } from './closing-connection.interceptor.js';
import { readListCardsQuery, refuseProblems } from './list-cards.query.js';
import { DELETE, Documented, LIST, Tagged } from './openapi.js';
import { OttuErrorFilter } from './ottu-error.filter.js';
import { OttuSavedCardDto } from './saved-card.dto.js';

/** Read from the request itself: no pipe of the application's touches it. */
interface CardsRequest {
  readonly query: unknown;
  readonly params: { readonly id?: unknown };
}

/**
 * Nothing between Ottu and the customer keeps an answer: neither a browser nor a proxy, nor Nest's `CacheInterceptor`,
 * which would give one customer's list to another. It skips a route whose key is `undefined`.
 *
 * @see `CacheKeyFactory` of `@nestjs/cache-manager` 2.1 and later
 */
const NeverCached = applyDecorators(
  Header('Cache-Control', 'no-store, private'),
  SetMetadata('cache_module:cache_key', () => undefined),
);

/**
 * Makes a controller class of its own for each mount: metadata of a class that mounts share would be overwritten.
 *
 * @param title how messages name the registration
 */
export function createUserCardsController(
  options: OttuCardsControllerOptions,
  cardsToken: InjectionToken,
  title: string,
): Type {
  const { version, guards, decorators = [] } = options;
  const path = mountPathOf(options.path);
  const words = wordsOf(path);
  const customers = new CustomerGuard(options.customerId, title);

  @Tagged(sentenceCase(words))
  @applyDecorators(...decorators)
  @UseFilters(OttuErrorFilter)
  @UseInterceptors(ClosingConnectionInterceptor)
  @UseGuards(...(guards === 'global' ? [] : guards), customers)
  @Controller({ path, ...(version !== undefined && { version }) })
  class UserCardsController {
    constructor(@Inject(cardsToken) private readonly cards: UserCardsService) {}

    @Get()
    @NeverCached
    @Documented(LIST)
    async list(@Req() request: CardsRequest): Promise<OttuSavedCardDto[]> {
      const { pgCodes, agreementId } = readListCardsQuery(request.query);
      const cards = await this.cards.list({ customerId: customers.customerOf(request), pgCodes, agreementId });
      return cards.map((card) => OttuSavedCardDto.from(card));
    }

    /** Another customer's card has no id among the customer's own: it is an unknown card. */
    @Delete(':id')
    @HttpCode(204)
    @NeverCached
    @Documented(DELETE)
    async delete(@Req() request: CardsRequest): Promise<void> {
      refuseProblems(request.query, {}); // a parameter that names a customer is refused, not ignored
      const { id } = request.params;
      if (typeof id !== 'string' || cardIdRule(id, {}) !== undefined) {
        throw new OttuNotFoundError('What the address names is no id of a card.');
      }
      await this.cards.delete({ customerId: customers.customerOf(request), id });
    }
  }

  // operation ids of OpenAPI are made of it, and two mounts must not share one
  Object.defineProperty(UserCardsController, 'name', {
    value: `OttuUserCards${[...words, ...wordsOf(version)].map(capitalized).join('')}Controller`,
  });
  return UserCardsController;
}

/**
 * The last guard of a mounted controller: finds out whose cards the request is about. The id never passes through
 * pipes, which an application may have that change it.
 */
class CustomerGuard implements CanActivate {
  private readonly customers = new WeakMap<object, string>();

  /** @param title how messages name the registration */
  constructor(
    private readonly resolve: OttuCardsControllerOptions['customerId'],
    private readonly title: string,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const customerId: unknown = await this.resolve(context);
    if (customerId === undefined || customerId === null || customerId === '') throw new ForbiddenException();
    const problem = customerIdRule(customerId);
    if (typeof customerId !== 'string' || problem !== undefined) {
      throw new OttuConfigError(
        `${this.title}: controller.customerId gave an id that cannot be Ottu's: it ${problem}.`,
      );
    }
    this.customers.set(context.switchToHttp().getRequest<object>(), customerId);
    return true;
  }

  customerOf(request: object): string {
    const customerId = this.customers.get(request);
    if (customerId === undefined) throw new ForbiddenException();
    return customerId;
  }
}

/** `wallet/cards` is two words. */
function wordsOf(name: unknown): string[] {
  const texts = [name].flat().filter((text) => typeof text === 'string');
  return texts.flatMap((text) => text.split(/[^a-zA-Z0-9]+/)).filter((word) => word !== '');
}

/** `Wallet cards`. */
function sentenceCase([first = '', ...rest]: readonly string[]): string {
  return [capitalized(first), ...rest].join(' ');
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
