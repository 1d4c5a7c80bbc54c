import { OttuConfigError } from './errors.js';

/** Tells all problems of some options at once. @param problems sentences without their full stop, never a value */
export function configProblems(where: string, problems: readonly string[]): OttuConfigError {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new OttuConfigError(`${where}: ${count} — ${problems.join('; ')}.`);
}
