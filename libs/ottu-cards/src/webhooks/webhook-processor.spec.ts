import { jest } from '@jest/globals';
import type { SavedCard } from '../cards/saved-card.js';
import type { OttuWebhookHandler, UndeliveredEvent } from './webhook-events.js';
import type { OpenWebhookQueue, WebhookJob, WebhookMount, WebhookQueue } from './webhook-queue.js';

// lru-cache keeps the clock that it finds when it is loaded, and takes its zero for no time at all.
jest.useFakeTimers();
jest.advanceTimersByTime(1);
const { AttemptFailure } = await import('./attempt-failure.js');
const { ShutdownClock } = await import('../common/shutdown.js');
const { WEBHOOK_TIMINGS, WebhookProcessor } = await import('./webhook-processor.js');
const { signWebhook } = await import('./webhook-signature.wire.js');

type Payload = Readonly<Record<string, unknown>>;

const hmacKey = 'obviously-false-hmac-key';
const card = { token: 'tok-1', customerId: 'customer-1', brand: 'VISA' } as SavedCard;
const HOUR_MS = 60 * 60_000;
const PAID = { order_no: 'ORDER-1', result: 'success', state: 'paid' };
const WITH_CARD = { ...PAID, token: { token: 'tok-1', customer_id: 'customer-1' } };
const SESSIONS = 'Ignored a webhook: its signature has come with three other sessions in 24 hours. It may be a replay.';

afterAll(() => {
  jest.useRealTimers();
});

const never = () => new Promise<never>(() => undefined);
const fail = () => {
  throw new Error('the database is away');
};

/** What Ottu posts, with a signature that holds; `unsigned` comes from somebody else. */
function webhook(payload: Payload = WITH_CARD, unsigned: Payload = {}): Payload {
  return { ...payload, signature: signWebhook({ payload, hmacKey, scheme: 'standard' }), ...unsigned };
}

interface Setup {
  readonly handler?: OttuWebhookHandler;
  readonly queue?: Partial<OpenWebhookQueue>;
  readonly onUndelivered?: ((undelivered: UndeliveredEvent) => void | Promise<void>) | undefined;
  /** `undefined` leaves the `OttuCardsModule` out. */
  readonly find?: (() => Promise<SavedCard | undefined>) | undefined;
}

/** A processor with the product's own times, and what came out of it. */
async function setUp(setup: Setup = {}) {
  const log: string[] = [];
  const calls: [method: string, event: unknown][] = [];
  const undelivered: UndeliveredEvent[] = [];
  const mounts: WebhookMount[] = [];
  const write = (line: string) => void log.push(line);
  const find = jest.fn(setup.find ?? (async () => card));
  const queue: WebhookQueue | undefined = setup.queue && {
    nameFor: () => 'queue',
    open: async (mount) => {
      mounts.push(mount);
      return { add: async () => true, close: async () => undefined, ...setup.queue };
    },
  };
  const handler: OttuWebhookHandler = setup.handler ?? { onPayment: () => undefined, onSavedCard: () => undefined };
  const told: OttuWebhookHandler = {};
  for (const method of ['onPayment', 'onSavedCard'] as const) {
    const original: ((event: never) => void | Promise<void>) | undefined = handler[method];
    if (original === undefined) continue;
    told[method] = (event: unknown) => {
      calls.push([method, event]);
      return original(event as never);
    };
  }
  const onUndelivered = (event: UndeliveredEvent) => {
    undelivered.push(event);
    return setup.onUndelivered?.(event);
  };
  const clock = new ShutdownClock();
  const processor = new WebhookProcessor(
    {
      path: 'webhooks/ottu',
      cards: 'kuwait',
      hmacKeys: [hmacKey],
      queue,
      onUndelivered: 'onUndelivered' in setup && setup.onUndelivered === undefined ? undefined : onUndelivered,
    },
    told,
    WEBHOOK_TIMINGS,
    clock,
    { log: write, warn: write, error: write },
    'find' in setup && setup.find === undefined ? undefined : ({ find } as never),
  );
  await processor.onApplicationBootstrap();
  return { processor, log, calls, undelivered, mounts, find, clock };
}

/** Whether a promise has settled after `ms`, and with what. */
async function after<T>(ms: number, promise: Promise<T>): Promise<{ readonly value: T } | 'open'> {
  let settled: { readonly value: T } | undefined;
  void promise.then((value) => (settled = { value }));
  await jest.advanceTimersByTimeAsync(ms);
  return settled ?? 'open';
}

const TAKEN = { value: undefined };
const NOT_HANDLED = { value: 'not_handled' };

describe('a webhook', () => {
  it.each([
    ['is forged', PAID, { signature: '0'.repeat(64) }],
    ['proves no result', { order_no: 'ORDER-1' }, {}],
  ])('that %s is refused, and the log says so', async (_what, payload, unsigned) => {
    const { processor, calls, log } = await setUp();
    await expect(processor.receive(webhook(payload, unsigned))).resolves.toBe('invalid_signature');
    expect(calls).toEqual([]);
    expect(log).toEqual(['Refused a webhook: its signature proves nothing under any scheme with hmacKey.']);
  });

  it('goes to both methods, to onSavedCard with the card as Ottu listed it', async () => {
    const { processor, calls, find, log } = await setUp();
    expect(await after(0, processor.receive(webhook()))).toEqual(TAKEN);
    expect(calls.map(([method]) => method)).toEqual(['onPayment', 'onSavedCard']);
    expect(calls[0]?.[1]).not.toHaveProperty('card');
    expect(calls[1]?.[1]).toEqual({ ...(calls[0]?.[1] as object), card });
    expect(find.mock.calls).toEqual([[{ token: 'tok-1', customerId: 'customer-1' }]]);
    expect(log).toEqual([]);
  });

  it.each([
    ['that failed', { ...WITH_CARD, result: 'failed' }],
    ['without a card', PAID],
  ])('%s goes to onPayment alone, and is taken where there is none', async (_what, payload) => {
    const both = await setUp();
    expect(await after(0, both.processor.receive(webhook(payload)))).toEqual(TAKEN);
    expect(both.calls.map(([method]) => method)).toEqual(['onPayment']);
    const cards = await setUp({ handler: { onSavedCard: () => undefined } });
    expect(await after(0, cards.processor.receive(webhook(payload)))).toEqual(TAKEN);
    expect([cards.calls, cards.log, both.find.mock.calls, cards.find.mock.calls]).toEqual([[], [], [], []]);
  });

  it('whose card cannot be read goes to onPayment, and the log tells the rest', async () => {
    const { processor, calls, log } = await setUp();
    await processor.receive(webhook({ ...PAID, token: { token: '../tok-1', customer_id: 'customer-1' } }));
    expect(calls.map(([method]) => method)).toEqual(['onPayment']);
    expect(log).toEqual([
      expect.stringMatching(
        /^Dropped a saved card: in event [0-9a-f]{64} its token or its customer id cannot be one of Ottu’s\.$/,
      ),
    ]);
  });

  it('asks Ottu nothing where the handler takes payments alone', async () => {
    const { processor, calls, find } = await setUp({ handler: { onPayment: () => undefined } });
    await processor.receive(webhook());
    expect([calls.length, find.mock.calls]).toEqual([1, []]);
  });

  it('whose card Ottu does not list is taken, and not handed on', async () => {
    const { processor, calls } = await setUp({
      handler: { onSavedCard: () => undefined },
      find: async () => undefined,
    });
    expect(await after(2_000, processor.receive(webhook()))).toEqual(TAKEN);
    expect(calls).toEqual([]);
  });

  it('is handled once, however often it comes', async () => {
    const { processor, calls } = await setUp();
    for (const _ of [1, 2, 3]) expect(await after(0, processor.receive(webhook()))).toEqual(TAKEN);
    expect(calls).toHaveLength(2);
  });
});

describe('webhooks of one signature that names no payment', () => {
  const unnamed = (session_id: string) => webhook({ result: 'success' }, { session_id });

  it('are taken for three sessions in 24 hours, those as often as they come, and no more', async () => {
    const { processor, calls, log } = await setUp();
    for (const id of ['1', '2', '3', '1', '3']) await processor.receive(unnamed(id));
    expect([calls.length, log]).toEqual([3, []]);
    await expect(processor.receive(unnamed('4'))).resolves.toBeUndefined();
    expect([calls.length, log]).toEqual([3, [SESSIONS]]);
    await jest.advanceTimersByTimeAsync(24 * HOUR_MS + 1);
    await processor.receive(unnamed('4'));
    expect(calls).toHaveLength(4);
  });

  it('are one event where the signature names it, whatever session they come with', async () => {
    const { processor, calls, log } = await setUp();
    for (const session_id of ['1', '2', '3', '4', '5']) await processor.receive(webhook(PAID, { session_id }));
    expect([calls.length, log]).toEqual([1, []]);
  });
});

describe('the answer', () => {
  it('waits 9.5 seconds for the payment, and the handler goes on after it', async () => {
    const { processor, undelivered } = await setUp({ handler: { onPayment: never } });
    const answer = processor.receive(webhook());
    expect(await after(9_499, answer)).toBe('open');
    expect(await after(1, answer)).toEqual(NOT_HANDLED);
    expect(undelivered).toEqual([]);
  });

  it('does not wait for the card beside a payment', async () => {
    const { processor } = await setUp({ handler: { onPayment: () => undefined, onSavedCard: never } });
    expect(await after(0, processor.receive(webhook()))).toEqual(TAKEN);
  });

  it('waits for the card where there is nothing else', async () => {
    const { processor } = await setUp({ handler: { onSavedCard: never } });
    expect(await after(9_500, processor.receive(webhook()))).toEqual(NOT_HANDLED);
  });

  it('is good where a further attempt succeeds in time', async () => {
    let fails = 2;
    const { processor, calls } = await setUp({ handler: { onPayment: () => (fails-- > 0 ? fail() : undefined) } });
    expect(await after(4_000, processor.receive(webhook()))).toEqual(TAKEN);
    expect(calls).toHaveLength(3);
  });
});

describe('an event that is not handled goes to onUndelivered, and the log names the reason', () => {
  const logged = (reason: string, text: string) =>
    expect.stringMatching(
      new RegExp(`^Event [0-9a-f]{64} was not handled \\(${reason}\\), and Ottu does not send it again: ${text}`),
    );

  it('handler: every call of the method threw', async () => {
    const { processor, calls, undelivered, log, find } = await setUp({ handler: { onSavedCard: fail } });
    void processor.receive(webhook());
    await jest.advanceTimersByTimeAsync(13_000);
    const [, event] = calls[0] ?? [];
    expect(undelivered).toEqual([
      { event, method: 'onSavedCard', reason: 'handler', error: new Error('the database is away') },
    ]);
    expect(event).toHaveProperty('card', card);
    expect([calls.length, find.mock.calls.length]).toEqual([4, 1]); // Ottu is asked once
    expect(log.at(-1)).toEqual(logged('handler', 'onSavedCard failed with Error'));
  });

  it('confirmation: Ottu could not be asked for the card', async () => {
    const error = new Error('Ottu is away');
    const find = () => Promise.reject(error);
    const { processor, calls, undelivered, log } = await setUp({ handler: { onSavedCard: () => undefined }, find });
    void processor.receive(webhook());
    await jest.advanceTimersByTimeAsync(13_000);
    expect(undelivered).toMatchObject([{ method: 'onSavedCard', reason: 'confirmation', error }]);
    expect(undelivered[0]?.event).not.toHaveProperty('card');
    expect([calls, log.at(-1)]).toEqual([[], logged('confirmation', 'onSavedCard was not called')]);
  });

  it.each<[what: string, setup: Setup]>([
    ['the method', { handler: { onPayment: never } }],
    ['Ottu', { handler: { onSavedCard: () => undefined }, find: never }],
  ])('hanging: %s did not settle within a minute', async (_what, setup) => {
    const { processor, undelivered, log } = await setUp(setup);
    void processor.receive(webhook());
    await jest.advanceTimersByTimeAsync(59_999);
    expect([undelivered, log]).toEqual([[], []]);
    await jest.advanceTimersByTimeAsync(1);
    expect(undelivered).toMatchObject([{ reason: 'hanging', error: undefined }]);
    expect(log).toEqual([logged('hanging', 'on')]);
  });

  it('none may be there: then the log has it', async () => {
    const { processor, log } = await setUp({ handler: { onPayment: fail }, onUndelivered: undefined });
    void processor.receive(webhook());
    await jest.advanceTimersByTimeAsync(13_000);
    expect(log.at(-1)).toEqual(logged('handler', 'onPayment failed'));
  });

  it('one that throws is logged without its words', async () => {
    const { processor, log } = await setUp({ handler: { onPayment: fail }, onUndelivered: fail });
    void processor.receive(webhook());
    await jest.advanceTimersByTimeAsync(13_000);
    expect(log.at(-1)).toMatch(
      /^onUndelivered failed for event [0-9a-f]{64} with Error \(its message is not shown: it may hold personal data\)\.$/,
    );
  });

  it('one that hangs is logged after a minute', async () => {
    const { processor, log } = await setUp({ handler: { onPayment: fail }, onUndelivered: never });
    void processor.receive(webhook());
    await jest.advanceTimersByTimeAsync(13_000 + 59_999);
    expect(log.at(-1)).toEqual(logged('handler', 'onPayment failed'));
    await jest.advanceTimersByTimeAsync(1);
    expect(log.at(-1)).toMatch(/^onUndelivered did not settle in time for event [0-9a-f]{64}\.$/);
  });
});

describe('with a queue', () => {
  const QUEUE_MS = 4_000;

  it('opens it with what it needs', async () => {
    const { processor, mounts, clock } = await setUp({ queue: {} });
    expect(mounts).toEqual([
      {
        path: 'webhooks/ottu',
        cards: 'kuwait',
        hmacKeys: [hmacKey],
        worker: processor,
        shutdown: clock.signal,
        logger: expect.any(Object),
      },
    ]);
  });

  it('hands it what each method has to do, and answers when it has that', async () => {
    const added: WebhookJob[][] = [];
    const add = async (jobs: readonly WebhookJob[]) => added.push([...jobs]) > 0;
    const { processor, calls, log } = await setUp({ queue: { add } });
    expect(await after(0, processor.receive(webhook()))).toEqual(TAKEN);
    const [payment, saved] = added[0] ?? [];
    const id = payment?.event.id;
    expect(payment).toEqual({ id: `${id}-payment`, method: 'onPayment', event: payment?.event });
    expect(saved).toEqual({
      id: `${id}-card`,
      method: 'onSavedCard',
      event: payment?.event,
      claim: { token: 'tok-1', customerId: 'customer-1', signatureId: id },
    });
    expect([added.length, added[0]?.length, calls, log]).toEqual([1, 2, [], []]);
  });

  it.each<[how: string, add: () => Promise<boolean>, waitMs: number, log: string[]]>([
    ['does not take an event', async () => false, 0, []],
    [
      'throws',
      fail,
      0,
      [
        'The queue failed to take an event with Error (its message is not shown: it may hold personal data): this process handles it.',
      ],
    ],
    ['hangs', never, QUEUE_MS, ['The queue did not take an event in time: this process handles it.']],
  ])('that %s, this process handles the event', async (_how, add, waitMs, expected) => {
    const { processor, calls, log } = await setUp({ queue: { add } });
    const answer = processor.receive(webhook());
    expect(waitMs === 0 ? 'open' : await after(waitMs - 1, answer)).toBe('open');
    expect(await after(waitMs > 0 ? 1 : 0, answer)).toEqual(TAKEN);
    expect([calls.length, log]).toEqual([2, expected]);
  });

  it('that hangs, an event goes to onUndelivered at the end of the shutdown', async () => {
    const { processor, calls, undelivered } = await setUp({
      queue: { add: never },
      handler: { onPayment: () => undefined },
    });
    processor.beforeApplicationShutdown();
    await jest.advanceTimersByTimeAsync(3_000);
    const answer = processor.receive(webhook());
    expect(await after(1_999, answer)).toBe('open');
    expect(undelivered).toEqual([]);
    expect(await after(1, answer)).toEqual(NOT_HANDLED);
    expect(undelivered).toMatchObject([{ reason: 'shutdown', method: 'onPayment' }]);
    expect(calls).toEqual([]);
  });

  it('a job tells what came of one attempt', async () => {
    const job = await jobOf(webhook());
    const { processor } = await setUp();
    await expect(processor.attempt(job, 1)).resolves.toBe('handled');
    const failing = await setUp({ handler: { onSavedCard: fail } });
    await expect(failing.processor.attempt(job, 1)).resolves.toBeInstanceOf(AttemptFailure);
    const unlisted = await setUp({ find: async () => undefined });
    expect(await after(2_000, unlisted.processor.attempt(job, 1))).toEqual({ value: 'dropped' });
    expect(unlisted.calls).toEqual([]);
  });

  it('a job of a method that the handler no longer has is done', async () => {
    const { processor } = await setUp({ handler: {} });
    const job = await jobOf(webhook());
    await expect(processor.attempt(job, 1)).resolves.toBe('handled');
    await expect(processor.attempt({ ...job, method: 'onPayment', claim: undefined }, 1)).resolves.toBe('handled');
  });

  it('a job of a card is dropped where nothing confirms cards any more', async () => {
    const { processor, calls } = await setUp({ find: undefined });
    await expect(processor.attempt(await jobOf(webhook()), 1)).resolves.toBe('dropped');
    expect(calls).toEqual([]);
  });

  it('a job is given up when onUndelivered is done', async () => {
    let finish = (): void => undefined;
    const onUndelivered = () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      });
    const { processor } = await setUp({ onUndelivered });
    const givenUp = processor.giveUp(await jobOf(webhook()), new AttemptFailure('onSavedCard', 'stalled'));
    expect(await after(1_000, givenUp)).toBe('open');
    finish();
    expect(await after(0, givenUp)).toEqual({ value: undefined });
  });

  it('tells what this process does with a job, and nothing of one that it does not know', async () => {
    const { processor } = await setUp({ queue: { add: async () => false }, handler: { onSavedCard: () => undefined } });
    const job = await jobOf(webhook());
    expect(processor.inMemory(job)).toBeUndefined();
    await processor.receive(webhook());
    await expect(processor.inMemory(job)).resolves.toBe(true);
  });
});

describe('at the shutdown', () => {
  it('nothing is waited for where nothing is under way', async () => {
    const { processor, clock, log } = await setUp();
    await processor.receive(webhook());
    expect(clock.isRunning).toBe(false);
    processor.beforeApplicationShutdown();
    expect(clock.isRunning).toBe(true);
    expect(await after(0, processor.onApplicationShutdown())).toEqual({ value: undefined });
    expect(log).toEqual([]);
  });

  it('the next attempt does not wait for its time', async () => {
    let fails = 1;
    const { processor, calls } = await setUp({ handler: { onPayment: () => (fails-- > 0 ? fail() : undefined) } });
    void processor.receive(webhook());
    await jest.advanceTimersByTimeAsync(10);
    processor.beforeApplicationShutdown();
    expect(await after(0, processor.onApplicationShutdown())).toEqual({ value: undefined });
    expect(calls).toHaveLength(2);
  });

  it('a handler has what is left of five seconds, and then onUndelivered hears of it', async () => {
    const { processor, undelivered } = await setUp({ handler: { onPayment: never } });
    void processor.receive(webhook());
    processor.beforeApplicationShutdown();
    await jest.advanceTimersByTimeAsync(1_000);
    const closed = processor.onApplicationShutdown();
    expect(await after(3_999, closed)).toBe('open');
    expect(undelivered).toEqual([]);
    expect(await after(1, closed)).toEqual({ value: undefined });
    expect(undelivered).toMatchObject([{ reason: 'shutdown', method: 'onPayment' }]);
  });

  it.each([
    [100, 100],
    [Infinity, 250],
  ])('an onUndelivered that takes %d ms is waited for %d ms', async (takesMs, waitMs) => {
    const onUndelivered = () =>
      Number.isFinite(takesMs) ? new Promise<void>((resolve) => setTimeout(resolve, takesMs)) : never();
    const { processor } = await setUp({ handler: { onPayment: never }, onUndelivered });
    void processor.receive(webhook());
    await jest.advanceTimersByTimeAsync(0);
    processor.beforeApplicationShutdown();
    const closed = processor.onApplicationShutdown();
    expect(await after(5_000 + waitMs - 1, closed)).toBe('open');
    expect(await after(1, closed)).toEqual({ value: undefined });
  });

  it('a webhook that waits for a queue that hangs is handled first', async () => {
    const { processor, calls } = await setUp({ queue: { add: never }, handler: { onPayment: () => undefined } });
    void processor.receive(webhook());
    processor.beforeApplicationShutdown();
    const closed = processor.onApplicationShutdown();
    expect(await after(3_999, closed)).toBe('open');
    expect(await after(1, closed)).toEqual({ value: undefined });
    expect(calls).toHaveLength(1);
  });

  it('an onUndelivered that is done is not waited for, though others have been before', async () => {
    const { processor, undelivered } = await setUp({ handler: { onPayment: fail } });
    void processor.receive(webhook());
    await jest.advanceTimersByTimeAsync(13_000);
    expect(undelivered).toHaveLength(1);
    processor.beforeApplicationShutdown();
    expect(await after(0, processor.onApplicationShutdown())).toEqual({ value: undefined });
  });

  it.each<[how: string, close: () => Promise<void>, waitMs: number, log: string[]]>([
    ['takes a second to close', () => new Promise((resolve) => setTimeout(resolve, 1_000)), 1_000, []],
    ['hangs', never, 5_250, []],
    [
      'throws',
      fail,
      0,
      ['The queue failed to close with Error (its message is not shown: it may hold personal data).'],
    ],
  ])('a queue that %s', async (_how, close, waitMs, expected) => {
    const { processor, log } = await setUp({ queue: { close } });
    processor.beforeApplicationShutdown();
    const closed = processor.onApplicationShutdown();
    expect(waitMs === 0 ? 'open' : await after(waitMs - 1, closed)).toBe('open');
    expect(await after(1, closed)).toEqual({ value: undefined });
    expect(log).toEqual(expected);
  });
});

/** What a queue is given of a card. */
async function jobOf(payload: Payload): Promise<WebhookJob> {
  let job: WebhookJob | undefined;
  const add = async (jobs: readonly WebhookJob[]) => {
    job = jobs.at(-1);
    return true;
  };
  const { processor } = await setUp({ queue: { add } });
  await processor.receive(payload);
  if (job === undefined) throw new Error('no job');
  return job;
}
