/** What a request to Ottu is sent for: the method of `UserCardsService` that was called. */
export type OttuOperation = 'list' | 'find' | 'delete';

/** One call to Ottu: what goes out, and how what comes back is read. How it travels is the transport's business. */
export interface OttuCall<T> {
  readonly method: 'POST' | 'DELETE';
  /** The address with placeholders: the only form of it that messages and logs may show. */
  readonly route: string;
  /** The address as sent: percent-encoded path and query, without the origin. */
  readonly path: string;
  /** JSON; `null` for none. */
  readonly body: string | null;
  /** The method that it is sent for: a delete by id sends a list first, and that is sent for the delete. */
  readonly operation: OttuOperation;
  /** A `read` may be repeated at will; a `delete` may have acted even when no answer came. */
  readonly effect: 'read' | 'delete';
  /** What of this call must never come back in an error. */
  readonly secrets: readonly string[];
  /** What a refusal with this status most likely means, as a sentence to add to the error. */
  readonly hints: Readonly<Record<number, string>>;
  /** The error's sentence when it stays unknown whether a delete took effect. */
  readonly unknownOutcome?: string;
  /** @throws UnexpectedShapeError where the parsed answer is not what Ottu documents */
  read(answer: unknown): T;
}

/** Ends one call early, or gives it less time than the module's `timeoutMs`. */
export interface CallOptions {
  /** Rejects with `signal.reason` as soon as it aborts. A delete in flight may happen all the same. */
  readonly signal?: AbortSignal | undefined;
  /** The whole call, retries included, in milliseconds. @default the module's `timeoutMs` */
  readonly timeoutMs?: number | undefined;
}

/** Above it `setTimeout` overflows and fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The sentence that completes "timeoutMs …" when it is not a time to wait for. */
export function timeoutRule(value: unknown): string | undefined {
  const isTime = typeof value === 'number' && value >= 1 && value <= LONGEST_TIMER_MS;
  return isTime ? undefined : 'must be a number of milliseconds, 1 or more';
}
