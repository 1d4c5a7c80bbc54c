/** How long each step of an event may take, or waits, in milliseconds. */
export interface WebhookTimings {
  /** The answer goes out in this time, done or not: Ottu waits 15 s, and we promise 10. */
  readonly answerWithinMs: number;
  /** From the look that did not find the card to the next one. */
  readonly secondLookMs: number;
  /** Before each further attempt after a failed one. */
  readonly retryDelaysMs: readonly number[];
  /** After it, a handler that has not settled counts as hanging. */
  readonly handlerLimitMs: number;
  /** A store that takes longer is done without. */
  readonly storeLimitMs: number;
  /** How long an instance keeps an event to itself without saying so again: longer than a confirmation and a handler. */
  readonly leaseMs: number;
  /** Between taking an event and being sure of it: longer than a store takes from one call to the next. */
  readonly settleMs: number;
  /** How often to look whether another instance is done with the event. */
  readonly pollMs: number;
  /** At shutdown, what runs on may take this long. */
  readonly shutdownMs: number;
}

export const WEBHOOK_TIMINGS: WebhookTimings = {
  answerWithinMs: 9_500,
  secondLookMs: 2_000,
  retryDelaysMs: [1_000, 3_000, 9_000],
  handlerLimitMs: 60_000,
  storeLimitMs: 1_000,
  leaseMs: 120_000,
  settleMs: 100,
  pollMs: 250,
  shutdownMs: 5_000,
};
