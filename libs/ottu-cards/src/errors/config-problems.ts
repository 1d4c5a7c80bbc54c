import { type Problem, sentenceOf } from '../common/rules.js';
import { OttuConfigError } from './errors.js';

/** Tells all problems of some options at once. @param problems as data, or as sentences without their full stop */
export function configProblems(where: string, problems: readonly (Problem | string)[]): OttuConfigError {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const sentences = problems.map((it) => (typeof it === 'string' ? it : sentenceOf([it])));
  return new OttuConfigError(`${where}: ${count} — ${sentences.join('; ')}.`);
}
