// What Ottu takes as arguments, said once for service, controller and webhooks.

/** @see Ottu's OpenAPI file: `token` has 50 characters at most; its server's route takes `[^/.]+`. Seen 2026-11-20 */
export function tokenRule(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  if (value === '') return 'must not be empty';
  if (value.length > 50) return 'must not have more than 50 characters';
  return /^[!-~]+$/.test(value) && !/[/\\.%?#]/.test(value)
    ? undefined
    : String.raw`must be printable ASCII without white space and without / \ . % ? #`;
}

/** @see Ottu's OpenAPI file: `customer_id` has 64 characters at most (36 before May 2026). Seen 2026-11-20 */
export function customerIdRule(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return 'must be a string: write String(user.id)';
  return textProblem(value, 64);
}

export function pgCodesRule(value: unknown): string | undefined {
  if (!Array.isArray(value)) return 'must be a list of strings';
  if (value.length > 20) return 'must not hold more than 20 codes';
  const index = value.findIndex((item) => textProblem(item, 64) !== undefined);
  return index === -1 ? undefined : `holds at [${index}] what it must not: each code ${textProblem(value[index], 64)}`;
}

/** @see Ottu's OpenAPI file: `agreement_id` has 128 characters at most. Seen 2026-11-20 */
export function agreementIdRule(value: unknown): string | undefined {
  return textProblem(value, 128);
}

/** Text is compared exactly: inner spaces and any alphabet are fine. */
function textProblem(value: unknown, max: number): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  if (value === '') return 'must not be empty';
  if (value.length > 2 * max || Array.from(value).length > max) return `must not have more than ${max} characters`;
  if (/\p{Cc}/u.test(value)) return 'must not hold control characters';
  if (/\p{Cs}/u.test(value)) return 'must not hold half of a surrogate pair';
  return value.trim() === value ? undefined : 'must not begin or end with white space';
}
