/**
 * Where instances of one application remember together what each has handled: a Keyv on Redis fits. Kept are hashes and
 * counts, never a token or a customer. May be shared with other uses: its keys begin with `ottu-webhook:`.
 */
export interface WebhookStore {
  /** @returns what was set, or `undefined` */
  get(key: string): unknown;
  /** @param ttlMs how long to keep the value, in milliseconds */
  set(key: string, value: string | number, ttlMs: number): unknown;
  delete(key: string): unknown;
}
