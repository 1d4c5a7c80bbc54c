import { jest } from '@jest/globals';
import type { WebhookJob } from './webhook-queue.js';

// lru-cache keeps the clock that it finds when it is loaded, and takes its zero for no time at all.
jest.useFakeTimers();
jest.advanceTimersByTime(1);
const { MemoryQueue } = await import('./webhook-queue.js');
const { WEBHOOK_TIMINGS } = await import('./webhook-processor.js');

const HOUR_MS = 60 * 60_000;
const shutdown = new AbortController().signal;
const signed = {} as WebhookJob['event']['signed'];

afterAll(() => {
  jest.useRealTimers();
});

function job(id: string): WebhookJob {
  return {
    id: `${id}-payment`,
    method: 'onPayment',
    event: { id, scheme: 'standard', result: 'success', state: 'paid', signed, claims: {} },
  };
}

/** A queue whose attempts are handled at once, and the ids of those attempts. */
function queue() {
  const attempts: string[] = [];
  const worker = {
    attempt: async ({ id }: WebhookJob) => {
      attempts.push(id);
      return 'handled' as const;
    },
    giveUp: async () => undefined,
  };
  return { attempts, queue: new MemoryQueue(worker, WEBHOOK_TIMINGS.retryDelaysMs, shutdown, console) };
}

it('remembers what is done for 24 hours', async () => {
  const { queue: memory, attempts } = queue();
  await memory.run(job('event'));
  jest.advanceTimersByTime(24 * HOUR_MS - 1_000);
  await memory.run(job('event'));
  expect(attempts).toHaveLength(1);
  jest.advanceTimersByTime(2_000);
  await memory.run(job('event'));
  expect(attempts).toHaveLength(2);
});

it('remembers 100,000 of them, and forgets the oldest', async () => {
  const { queue: memory } = queue();
  for (let index = 0; index <= 100_000; index += 1) await memory.run(job(`event ${index}`));
  expect(memory.find(job('event 0'))).toBeUndefined();
  await expect(memory.find(job('event 1'))).resolves.toBe(true);
});

it('makes further attempts after 1, 3 and 9 seconds, two of them before the answer', () => {
  expect(WEBHOOK_TIMINGS).toEqual({
    queueWithinMs: 4_000,
    answerWithinMs: 9_500,
    secondLookMs: 2_000,
    retryDelaysMs: [1_000, 3_000, 9_000],
    handlerLimitMs: 60_000,
  });
});
