import { jest } from '@jest/globals';
import type { JobResult, CardClaim, WebhookJob } from './webhook-queue.js';

// lru-cache keeps the clock that it finds when it is loaded, and takes its zero for no time at all.
jest.useFakeTimers();
jest.advanceTimersByTime(1);
const { claimId, MemoryQueue } = await import('./webhook-queue.js');
const { AttemptFailure } = await import('./attempt-failure.js');
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

const failed = () => Promise.resolve(new AttemptFailure('onPayment', 'handler'));

/** A queue whose attempts end as `attempt` says, and what became of them. */
function failing(attempt: (job: WebhookJob, attempts: number) => Promise<JobResult>) {
  const attempts: number[] = [];
  const given: unknown[] = [];
  const log: string[] = [];
  const close = new AbortController();
  const worker = {
    attempt: (it: WebhookJob, count: number) => {
      attempts.push(count);
      return attempt(it, count);
    },
    giveUp: (it: WebhookJob, failure: unknown) => {
      given.push(it, failure);
      return new Promise<never>(() => undefined); // an alarm that hangs
    },
  };
  const logger = { warn: (line: string) => void log.push(line) };
  const memory = new MemoryQueue(worker, WEBHOOK_TIMINGS.retryDelaysMs, close.signal, logger);
  return { memory, attempts, given, log, close };
}

it('makes attempt after attempt until one is handled, each after its time', async () => {
  const { memory, attempts, given, log } = failing(async (_job, count) => (count < 4 ? failed() : 'handled'));
  const done = memory.run(job('event'));
  for (const [before, ms] of [1_000, 3_000, 9_000].entries()) {
    await jest.advanceTimersByTimeAsync(ms - 1);
    expect(attempts).toHaveLength(before + 1);
    await jest.advanceTimersByTimeAsync(1);
  }
  await expect(done).resolves.toBe(true);
  expect([attempts, given]).toEqual([[1, 2, 3, 4], []]);
  expect(log).toEqual(Array.from({ length: 3 }, () => 'Event event: onPayment failed.\nTrying again.'));
  await expect(memory.find(job('event'))).resolves.toBe(true);
});

it('gives up after four attempts, waits for no alarm, and tries anew when the event comes again', async () => {
  const { memory, attempts, given } = failing(failed);
  const done = memory.run(job('event'));
  await jest.advanceTimersByTimeAsync(13_000);
  await expect(done).resolves.toBe(false);
  expect(attempts).toEqual([1, 2, 3, 4]);
  expect(given).toEqual([job('event'), await failed()]);
  expect(memory.find(job('event'))).toBeUndefined();
  void memory.run(job('event'));
  expect(attempts).toEqual([1, 2, 3, 4, 1]);
});

it('gives up at once where the last attempt may still be at work', async () => {
  const { memory, attempts, given, log } = failing(async () => new AttemptFailure('onPayment', 'hanging'));
  await expect(memory.run(job('event'))).resolves.toBe(false);
  expect([attempts, given.length, log]).toEqual([[1], 2, []]);
});

it('counts what was dropped as done, and does not remember it', async () => {
  const { memory } = failing(async () => 'dropped');
  await expect(memory.run(job('event'))).resolves.toBe(true);
  expect(memory.find(job('event'))).toBeUndefined();
});

it.each([
  ['when it hurries', ({ memory }: ReturnType<typeof failing>) => memory.hurry()],
  ['at the shutdown', ({ close }: ReturnType<typeof failing>) => close.abort()],
])('waits no longer %s', async (_when, end) => {
  const set = failing(failed);
  const done = set.memory.run(job('event'));
  await jest.advanceTimersByTimeAsync(500);
  end(set);
  await expect(done).resolves.toBe(false);
  expect(set.attempts).toEqual([1, 2, 3, 4]);
});

it('works on an event once at a time, and settles when nothing is under way', async () => {
  let end = (_result: JobResult): void => undefined;
  const ended = new Promise<JobResult>((resolve) => {
    end = resolve;
  });
  const { memory, attempts } = failing(() => ended);
  const first = memory.run(job('event'));
  const settled = jest.fn();
  void memory.settled().then(settled);
  expect(memory.run(job('event'))).toBe(first);
  expect(memory.find(job('event'))).toBe(first);
  void memory.run(job('other'));
  await jest.advanceTimersByTimeAsync(1);
  expect([attempts, settled.mock.calls.length]).toEqual([[1, 1], 0]);
  end('handled');
  await expect(first).resolves.toBe(true);
  await jest.advanceTimersByTimeAsync(1);
  expect(settled).toHaveBeenCalled();
});

const claim: CardClaim = { signatureId: 'signature-1', customerId: 'customer-1', token: 'tok-1' };

it('works on an event apart where another card is claimed with it: a replay must not take it down', async () => {
  const { memory, attempts } = failing(() => new Promise<never>(() => undefined));
  const card = { ...job('event'), claim };
  const genuine = memory.run(card);
  expect(memory.run({ ...card, claim: { ...claim } })).toBe(genuine);
  expect(memory.find({ ...card, claim: { ...claim, token: 'tok-2' } })).toBeUndefined();
  void memory.run({ ...card, claim: { ...claim, token: 'tok-2' } });
  expect(memory.find(job('event'))).toBeUndefined();
  expect(attempts).toEqual([1, 1]);
});

it('names a claim by signature, customer and token, without telling them', () => {
  const others = [
    { ...claim, signatureId: 'signature-2' },
    { ...claim, customerId: 'customer-2' },
    { ...claim, token: 'tok-2' },
    { ...claim, customerId: 'customer', token: '-1tok-1' },
  ];
  expect(new Set([claim, { ...claim }, ...others].map((it) => claimId(it))).size).toBe(5);
  // Instances of different releases work on one queue.
  expect(claimId(claim)).toBe('29668b689eeaa3613b34b9c1c34f967e70eeb13fca227e3aa906db0c73930dbe');
});
