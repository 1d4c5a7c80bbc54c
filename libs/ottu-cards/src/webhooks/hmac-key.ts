/** The sentence that completes "hmacKey …" when it is no key, or a list in which one is not; never the value. */
export function hmacKeyProblem(value: unknown): string | undefined {
  if (!Array.isArray(value)) return keyProblem(value);
  const keys: unknown[] = value;
  if (keys.length === 0) return "is an empty list: set the HMAC key from Ottu's dashboard";
  const index = keys.findIndex((key) => keyProblem(key) !== undefined);
  return index === -1 ? undefined : `[${index}] ${keyProblem(keys[index])}`;
}

function keyProblem(key: unknown): string | undefined {
  if (key === undefined || key === null || (typeof key === 'string' && key.trim() === '')) {
    return "is empty, so anybody could sign: set the HMAC key from Ottu's dashboard";
  }
  if (typeof key !== 'string') return 'must be a string, or a list of strings while a key is being replaced';
  return key.trim() === key ? undefined : 'begins or ends with white space: copy the key again';
}
