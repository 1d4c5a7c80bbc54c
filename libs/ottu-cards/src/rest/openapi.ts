import { applyDecorators, SetMetadata } from '@nestjs/common';
import { answerOf, type OttuErrorAnswer, type OttuErrorCode } from '../errors/error-codes.js';
import { LIST_PARAMETERS } from './list-cards.query.js';
import { OttuErrorDto } from './ottu-error.filter.js';
import { OttuSavedCardDto } from './saved-card.dto.js';

// These are the metadata that the decorators of `@nestjs/swagger` leave behind: nobody reads them in an application
// that has no swagger, and none has to be imported.

interface Operation {
  readonly summary: string;
  readonly parameters: readonly object[];
  readonly responses: Readonly<Record<number, object>>;
}

const NOT_SIGNED_IN = { 403: { description: 'Nobody is signed in whose cards these could be.' } };

const ERRORS: readonly OttuErrorCode[] = [
  'invalid_request',
  'refused',
  'misconfigured',
  'provider_unavailable',
  'provider_refused_us',
  'provider_misconfigured',
  'provider_bad_response',
  'busy',
  'provider_timeout',
];

export const LIST: Operation = {
  summary: "The signed-in customer's saved cards, preferred ones first",
  parameters: LIST_PARAMETERS,
  responses: {
    200: { description: 'All of them, expired ones too.', type: OttuSavedCardDto, isArray: true },
    ...NOT_SIGNED_IN,
    ...errorResponses(ERRORS),
  },
};

export const DELETE: Operation = {
  summary: "Deletes one of the signed-in customer's saved cards",
  parameters: [{ name: 'id', in: 'path', required: true, type: String, description: 'Of a card of the list.' }],
  responses: {
    204: { description: 'The card is gone.' },
    ...NOT_SIGNED_IN,
    ...errorResponses([...ERRORS, 'card_not_found', 'card_locked', 'delete_outcome_unknown']),
  },
};

/** Describes a route. */
export function Documented({ summary, parameters, responses }: Operation): MethodDecorator {
  return applyDecorators(
    SetMetadata('swagger/apiOperation', { summary }),
    SetMetadata('swagger/apiParameters', parameters),
    SetMetadata('swagger/apiResponse', responses),
  );
}

/** Groups the routes of a controller, unless `decorators` bring a tag of their own. */
export function Tagged(tag: string): ClassDecorator {
  return (controller) => {
    if (!Reflect.hasMetadata('swagger/apiUseTags', controller)) {
      Reflect.defineMetadata('swagger/apiUseTags', [tag], controller);
    }
  };
}

/** By status, with an example of each code. */
function errorResponses(codes: readonly OttuErrorCode[]): Record<number, object> {
  const answers = codes.map(answerOf);
  return Object.fromEntries(
    answers.map(({ statusCode }) => [statusCode, errorResponse(answers.filter((it) => it.statusCode === statusCode))]),
  );
}

function errorResponse(answers: readonly OttuErrorAnswer[]): object {
  return {
    description: answers.map(({ errorCode }) => errorCode).join(', '),
    type: OttuErrorDto,
    isArray: false,
    examples: Object.fromEntries(answers.map((value) => [value.errorCode, { value }])),
  };
}
