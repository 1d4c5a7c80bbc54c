import { isRecord } from './is-record.js';

/** Says why a value cannot be, as the end of a sentence that begins with its name; never holds the value itself. */
export type Rule = (value: unknown, all: Readonly<Record<string, unknown>>) => string | undefined;

/** The names that an object may have, each with its rule. */
export type Rules<Name extends string = string> = Readonly<Record<Name, Rule>>;

/** A name and what is wrong with its value: `timeoutMs` and `must be a number of milliseconds, 1 or more`. */
export interface Problem {
  readonly name: string;
  readonly problem: string;
}

/** No option is longer: what is, is cut where it is told. */
const MAX_NAME = 40;
/** Names without a rule that are looked at: a request can bring thousands, and each is compared with every known one. */
const MAX_STRANGE = 20;

/**
 * The problems of an object's own members, in the order of the rules.
 *
 * @param unknown what becomes of names without a rule: `refused`, or refused only where they look like a `typo` of one
 */
export function problemsOf(values: unknown, rules: Rules, unknown: 'refused' | 'typo' = 'refused'): Problem[] {
  const given = isRecord(values) ? values : {};
  const known = Object.keys(rules);
  const broken = known.map((name) => ({ name, problem: rules[name]?.(ownValue(given, name), given) }));
  const strange = Object.keys(given)
    .filter((name) => !known.includes(name))
    .slice(0, MAX_STRANGE);
  return [
    ...broken.filter((it): it is Problem => it.problem !== undefined),
    ...strange.flatMap((name) => {
      const meant = similar(name, known);
      if (unknown === 'typo' && meant === undefined) return [];
      const advice = meant === undefined ? '' : `: did you mean ${meant}?`;
      return [{ name: name.slice(0, MAX_NAME), problem: `is not an option${advice}` }];
    }),
  ];
}

/** `apiKey is empty; env must be …`: one text of all problems, without a full stop. */
export function sentenceOf(problems: readonly Problem[]): string {
  return problems
    .map(({ name, problem }) => `${/^[\w.[\]]+$/.test(name) ? name : JSON.stringify(name)} ${problem}`)
    .join('; ');
}

/** A rule that takes `undefined` as well. */
export function optional(rule: Rule): Rule {
  return (value, all) => (value === undefined ? undefined : rule(value, all));
}

export function isWithin(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && value >= min && value <= max;
}

/** Whether a value is an object with these methods, its own or inherited. */
export function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof Reflect.get(value, name) === 'function');
}

/** A value of the object's own: nothing is inherited from a polluted prototype. */
function ownValue(values: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** The name that was most likely meant: other case or underscores, a part of it, or up to two letters changed. */
function similar(name: string, known: readonly string[]): string | undefined {
  const given = plain(name.slice(0, MAX_NAME));
  return (
    known.find((it) => plain(it) === given) ??
    known.find((it) => isPart(given, plain(it)) || isPart(plain(it), given)) ??
    known.find((it) => distance(given, plain(it)) <= Math.min(2, it.length / 3))
  );
}

/** Whether `name` begins with `part`, and that says something. */
function isPart(part: string, name: string): boolean {
  return part.length >= 4 && name.startsWith(part);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** Letters to add, drop or change until `a` is `b` (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
