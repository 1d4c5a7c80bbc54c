import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { agreementIdRule, optional, pgCodesRule, type Rule } from '../cards/card-rules.js';

/** The filters of the list route: what a signed-in customer may choose, and nothing that could name somebody else. */
export class OttuListCardsQuery {
  /** `?pgCodes=a,b` or `?pgCodes=a&pgCodes=b`. */
  @Transform(({ value }) => separated(value))
  @Obeys(optional(pgCodesRule))
  readonly pgCodes?: string[];

  @Obeys(optional(agreementIdRule))
  readonly agreementId?: string;

  /** @internal read by `@nestjs/swagger` where an application has it */
  static _OPENAPI_METADATA_FACTORY(): object {
    return {
      pgCodes: {
        required: false,
        type: () => [String],
        maxItems: 20,
        description: 'Only cards of these payment gateway codes: separated by commas, or the parameter repeated.',
      },
      agreementId: {
        required: false,
        type: () => String,
        maxLength: 128,
        description: 'At most one card: the one last used for this agreement.',
      },
    };
  }
}

/** Bears what it made itself: a global pipe of the application's may have transformed before. */
function separated(value: unknown): unknown {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.flatMap((item) => (typeof item === 'string' ? item.split(',') : [item]));
}

function Obeys(rule: Rule): PropertyDecorator {
  return ValidateBy({
    name: 'obeys',
    validator: {
      validate: (value) => rule(value) === undefined,
      defaultMessage: (problem) => `$property ${rule(problem?.value)}`,
    },
  });
}
