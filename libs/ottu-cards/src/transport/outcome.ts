/** What one attempt came to. Data, not an error: most outcomes are followed by another attempt. */
export type Outcome = Answered | Unreachable | Broken | Malformed | Late;

/** Ottu answered. */
export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The body as far as it was worth reading: always whole for a 2xx to a read. */
  readonly body: Buffer;
}

/** No connection came about: nothing was sent. */
interface Unreachable {
  readonly kind: 'unreachable';
  readonly code: string;
}

/** The connection broke after the request may have arrived. */
interface Broken {
  readonly kind: 'broken';
  readonly code: string;
  /** It broke on a kept-alive socket before any answer: most likely the server had just closed it as idle. */
  readonly stale: boolean;
}

/** An answer that breaks HTTP, is larger than 1 MiB, or comes in an encoding nobody asked for. */
interface Malformed {
  readonly kind: 'malformed';
  readonly code: string;
  readonly what: string;
}

/** The time of the attempt was over before an answer was whole. */
interface Late {
  readonly kind: 'late';
  /** Whether the request may have arrived. */
  readonly sent: boolean;
}
