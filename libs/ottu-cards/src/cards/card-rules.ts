import type { OttuFieldErrors } from '../errors/ottu.error.js';

/**
 * What Ottu takes as arguments, said once for service, DTOs and controller. Each rule gives the sentence that completes
 * "`<name>` …" when a value breaks it, never the value itself.
 */
export type Rule = (value: unknown) => string | undefined;

/** @see Ottu's OpenAPI file: `token` has 50 characters at most; its server's route takes `[^/.]+`. Seen 2026-11-20 */
export const tokenRule: Rule = (value) => {
  if (typeof value !== 'string') return 'must be a string';
  if (value === '') return 'must not be empty';
  if (value.length > 50) return 'must not have more than 50 characters';
  return /^[!-~]+$/.test(value) && !/[/\\.%?#]/.test(value)
    ? undefined
    : String.raw`must be printable ASCII without white space and without / \ . % ? #`;
};

/** @see Ottu's OpenAPI file: `customer_id` has 64 characters at most (36 before May 2026). Seen 2026-11-20 */
export const customerIdRule: Rule = (value) => {
  if (typeof value === 'number' || typeof value === 'bigint') return 'must be a string: write String(user.id)';
  return textRule(64)(value);
};

export const pgCodesRule: Rule = (value) => {
  if (!Array.isArray(value)) return 'must be a list of strings';
  if (value.length > 20) return 'must not hold more than 20 codes';
  const code: Rule = textRule(64);
  const index = value.findIndex((item) => code(item) !== undefined);
  return index === -1 ? undefined : `holds at [${index}] what it must not: each code ${code(value[index])}`;
};

/** @see Ottu's OpenAPI file: `agreement_id` has 128 characters at most. Seen 2026-11-20 */
export const agreementIdRule: Rule = (value) => textRule(128)(value);

/** Text that is compared exactly: inner spaces and any alphabet are fine. */
function textRule(max: number): Rule {
  return (value) => {
    if (typeof value !== 'string') return 'must be a string';
    if (value === '') return 'must not be empty';
    if (Array.from(value).length > max) return `must not have more than ${max} characters`;
    if (/\p{Cc}/u.test(value)) return 'must not hold control characters';
    if (/\p{Cs}/u.test(value)) return 'must not hold half of a surrogate pair';
    return value.trim() === value ? undefined : 'must not begin or end with white space';
  };
}

export function optional(rule: Rule): Rule {
  return (value) => (value === undefined ? undefined : rule(value));
}

/** The rules that an object's values break, by name. */
export function brokenRules(values: object, rules: Readonly<Record<string, Rule>>): OttuFieldErrors {
  const given = new Map<string, unknown>(Object.entries(values));
  const broken = Object.entries(rules).flatMap(([name, rule]) => {
    const problem = rule(given.get(name));
    return problem === undefined ? [] : [[name, [problem]] as const];
  });
  return Object.fromEntries(broken);
}
