import type { ValidationError } from '@nestjs/common';
import { OttuInputError } from '../errors/errors.js';

/** Says which parameters of the query are wrong and why, without their values. */
export function invalidQuery(errors: readonly ValidationError[]): OttuInputError {
  const problems = errors.map(({ property, constraints = {} }): [string, string[]] => [
    property,
    'whitelistValidation' in constraints
      ? ['is not a parameter of this route']
      : Object.values(constraints).map((sentence) => sentence.replace(`${property} `, '')),
  ]);
  return new OttuInputError('The query of the request is not valid.', { fieldErrors: Object.fromEntries(problems) });
}
