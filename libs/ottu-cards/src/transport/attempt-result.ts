/** What one attempt came to. Data, not an error: most results are followed by another attempt. */
export type AttemptResult = Answered | Unreachable | Broken | Malformed | Late;

/** Ottu answered. */
export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  /** As received: a list where the header came more than once. */
  readonly retryAfter: string | readonly string[] | undefined;
  /** The body as far as it was worth reading: always whole for a 2xx to a list. */
  readonly body: Buffer;
}

/** No answer, or none that counts. */
interface Unanswered {
  readonly status?: undefined;
  readonly retryAfter?: undefined;
}

/** There was no connection: nothing was sent. */
interface Unreachable extends Unanswered {
  readonly kind: 'unreachable';
  readonly code: string;
}

/** The connection broke after the request may have arrived. */
interface Broken extends Unanswered {
  readonly kind: 'broken';
  readonly code: string;
  /** It broke on a kept-alive connection before any answer: most likely the server had just closed it as idle. */
  readonly stale: boolean;
}

/** An answer that breaks HTTP, is larger than 1 MiB, or comes in an encoding nobody asked for. */
interface Malformed extends Unanswered {
  readonly kind: 'malformed';
  readonly code: string;
  readonly what: string;
}

/** The time of the attempt was over before the answer was whole. */
interface Late extends Unanswered {
  readonly kind: 'late';
  /** Whether the request may have arrived. */
  readonly sent: boolean;
}
