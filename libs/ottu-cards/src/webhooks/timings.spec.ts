import { WEBHOOK_TIMINGS } from './timings.js';

const { answerWithinMs, retryDelaysMs, handlerLimitMs, leaseMs, secondLookMs, settleMs, pollMs } = WEBHOOK_TIMINGS;

it('answers within ten seconds', () => {
  expect(answerWithinMs).toBeLessThan(10_000);
});

it('tries three times more, at least once before the answer', () => {
  expect(retryDelaysMs).toHaveLength(3);
  expect(retryDelaysMs[0]).toBeLessThan(answerWithinMs);
});

it('keeps an event to one instance for longer than a confirmation, or a handler, may take', () => {
  const confirmationMs = 12_000 + secondLookMs + 12_000; // two calls with the default timeoutMs
  expect(leaseMs).toBeGreaterThan(Math.max(handlerLimitMs, confirmationMs));
  expect(leaseMs).toBeGreaterThan(settleMs + pollMs);
});
