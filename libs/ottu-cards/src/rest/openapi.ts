import type { Type } from '@nestjs/common';
import { OttuErrorDto } from './ottu-error.dto.js';
import { OttuSavedCardDto } from './saved-card.dto.js';

interface Operation {
  readonly summary: string;
  readonly responses: Readonly<Record<number, Response>>;
}

interface Response {
  readonly description: string;
  readonly type?: Type;
  readonly isArray?: boolean;
}

const ERRORS = {
  400: error('invalid_request, refused'),
  403: { description: 'Nobody is signed in whose cards these could be.' },
  500: error('misconfigured'),
  502: error('provider_unavailable, provider_refused_us, provider_misconfigured, provider_bad_response'),
  503: error('busy, with Retry-After where it is known'),
};

export const LIST: Operation = {
  summary: "The signed-in customer's saved cards, preferred ones first",
  responses: {
    200: { description: 'All of them, expired ones too.', type: OttuSavedCardDto, isArray: true },
    ...ERRORS,
    504: error('provider_timeout'),
  },
};

export const DELETE: Operation = {
  summary: "Deletes one of the signed-in customer's saved cards",
  responses: {
    204: { description: 'The card is gone.' },
    ...ERRORS,
    404: error('card_not_found: none of theirs'),
    409: error('card_locked: used by an auto-debit agreement'),
    504: error('provider_timeout, delete_outcome_unknown'),
  },
};

/**
 * Describes a route to `@nestjs/swagger` without importing it: these are the metadata that its own decorators leave
 * behind. Nobody reads them in an application that has no swagger.
 */
export function Documented({ summary, responses }: Operation): MethodDecorator {
  return (_target, _name, descriptor) => {
    const method: unknown = descriptor.value;
    if (typeof method !== 'function') return;
    Reflect.defineMetadata('swagger/apiOperation', { summary }, method);
    Reflect.defineMetadata('swagger/apiResponse', responses, method);
  };
}

function error(codes: string): Response {
  return { description: codes, type: OttuErrorDto, isArray: false };
}
