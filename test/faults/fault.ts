import type { Reply } from './raw-server.js';

/** How a call must end. */
export interface Ending {
  /** The list of cards, nothing (a delete that is done), or the literal name of an error. */
  readonly ends: 'cards' | 'done' | `Ottu${string}Error`;
  /** Requests on the wire. */
  readonly attempts: number;
  /** Sockets that stay open at the server. @default 1, kept alive */
  readonly sockets?: number;
  /** What the message says. */
  readonly says?: RegExp;
  /** Further members of the error. */
  readonly has?: Readonly<Record<string, unknown>>;
  /** How long it takes at least, because Ottu asked for that. */
  readonly notBeforeMs?: number;
}

/** A row of the matrix: what the server does, and what becomes of a list and of a delete. */
export interface Fault {
  readonly fault: string;
  /** One for each request; the last one holds on. */
  readonly replies: readonly Reply[];
  readonly list?: Ending;
  readonly delete?: Ending;
  /** Short where the fault is a silence. @default 6_000 */
  readonly timeoutMs?: number | undefined;
}

type Details = Omit<Ending, 'ends' | 'attempts'>;

function ending(ends: Ending['ends'], usual: Details = {}): (attempts: number, details?: Details) => Ending {
  return (attempts, details) => ({ ends, attempts, ...usual, ...details });
}

/** The endings by name; those after which no socket can be kept say so. */
export const ends = {
  cards: ending('cards'),
  done: ending('done'),
  auth: ending('OttuAuthError'),
  notFound: ending('OttuNotFoundError'),
  refused: ending('OttuRefusedError'),
  rateLimit: ending('OttuRateLimitError'),
  unavailable: ending('OttuUnavailableError'),
  timeout: ending('OttuTimeoutError', { sockets: 0 }),
  badResponse: ending('OttuBadResponseError'),
  unknown: ending('OttuDeleteUnknownError'),
} as const;
