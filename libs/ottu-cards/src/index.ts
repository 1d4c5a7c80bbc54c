// The public names, one by one. Transport and wire stay inside: they may change between patch releases.
export { OttuCardsModule } from './ottu-cards.module.js';
export {
  OTTU_CARDS_OPTIONS,
  type OttuCardsAsyncOptions,
  type OttuCardsFactoryResult,
  type OttuCardsOptionsFactory,
} from './ottu-cards.module-definition.js';
export type { OttuCardsExtras, OttuCardsOptions } from './ottu-cards.options.js';
export type { OttuAsyncOptions, OttuFactoryResult } from './common/module-options.js';
export type { OttuCardsControllerOptions } from './rest/controller.options.js';
export { OttuListCardsQuery } from './rest/list-cards.query.js';
export { ottuErrorAnswer, type OttuErrorAnswer, type OttuErrorCode } from './errors/error-codes.js';
export { OttuErrorDto, OttuErrorFilter } from './rest/ottu-error.filter.js';
export { OttuSavedCardDto } from './rest/saved-card.dto.js';
export { UserCardsService } from './cards/user-cards.service.js';
export type { BindableCache, ListOptions } from './cards/list-cache.js';
export { getUserCardsToken, InjectUserCards } from './cards/user-cards.token.js';
export type { OttuEnv } from './cards/cards.wire.js';
export type { CardIdReference, CardReference, ListCardsFilter, SavedCard } from './cards/saved-card.js';
export type { OttuLimiter } from './transport/limiter.js';
export type { OttuCallTrace, UserCardsStatus } from './transport/observability.js';
export type { CallOptions, OttuOperation } from './transport/ottu-call.js';
export { OttuError, type OttuErrorFacts, type OttuFieldErrors } from './errors/ottu.error.js';
export {
  OttuAuthError,
  OttuBadResponseError,
  OttuConfigError,
  OttuDeleteUnknownError,
  OttuInputError,
  OttuNotFoundError,
  OttuRateLimitError,
  OttuRefusedError,
  OttuTimeoutError,
  OttuUnavailableError,
} from './errors/errors.js';
