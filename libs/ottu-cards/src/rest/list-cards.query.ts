import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { agreementIdRule, pgCodesRule } from '../cards/card-rules.js';
import { isRecord } from '../common/is-record.js';
import { optional, problemsOf, type Rule, type Rules } from '../common/rules.js';
import { withoutPrototype } from '../common/without-prototype.js';
import { OttuInputError } from '../errors/errors.js';

const RULES: Rules<'pgCodes' | 'agreementId'> = {
  pgCodes: optional(pgCodesRule),
  agreementId: optional(agreementIdRule),
};

const DESCRIPTIONS = {
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

/** The filters of the list route: what a signed-in customer may choose, and nothing that could name somebody else. */
export class OttuListCardsQuery {
  /** `?pgCodes=a,b` or `?pgCodes=a&pgCodes=b`. */
  @Transform(({ value }) => separated(value))
  @Obeys(RULES.pgCodes)
  readonly pgCodes?: string[];

  @Obeys(RULES.agreementId)
  readonly agreementId?: string;

  /** @internal read by `@nestjs/swagger` where an application has it */
  static _OPENAPI_METADATA_FACTORY(): object {
    return DESCRIPTIONS;
  }
}

/** The same for the list route, which takes no DTO. */
export const LIST_PARAMETERS = [
  { name: 'pgCodes', in: 'query', ...DESCRIPTIONS.pgCodes, type: String, isArray: true },
  { name: 'agreementId', in: 'query', ...DESCRIPTIONS.agreementId, type: String },
];

/**
 * Reads the query of a list by hand: a global pipe of the application's would answer a wrong one in its own words, or
 * hide it.
 *
 * @throws OttuInputError which says what is wrong, without a value
 */
export function readListCardsQuery(query: unknown): OttuListCardsQuery {
  const given = withoutPrototype(isRecord(query) ? { ...query } : {});
  const pgCodes = given['pgCodes'] === undefined ? undefined : separated(given['pgCodes']);
  const agreementId = given['agreementId'];
  refuseProblems({ ...given, pgCodes }, RULES);
  return {
    ...(pgCodes && { pgCodes: pgCodes.filter((code) => typeof code === 'string') }),
    ...(typeof agreementId === 'string' && { agreementId }),
  };
}

/** @throws OttuInputError where the query has a parameter without a rule, or one that breaks it */
export function refuseProblems(query: unknown, rules: Rules): void {
  const problems = problemsOf(query, rules);
  if (problems.length === 0) return;
  const fieldErrors = Object.fromEntries(problems.map(({ name, problem }) => [name, [problem]]));
  throw new OttuInputError('The query of the request is not valid.', { fieldErrors });
}

/** Bears what it made itself: a pipe may transform twice. */
function separated(value: unknown): unknown[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.flatMap((item) => (typeof item === 'string' ? item.split(',') : [item]));
}

function Obeys(rule: Rule): PropertyDecorator {
  return ValidateBy({
    name: 'obeys',
    validator: {
      validate: (value) => rule(value, {}) === undefined,
      defaultMessage: (problem) => `$property ${rule(problem?.value, {})}`,
    },
  });
}
