import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, startFake } from '../support/application.js';
import { eventually } from '../support/eventually.js';
import { type ShopSetup, WebhookShop } from '../support/webhook-shop.js';

// The product's own time limits take seconds, so all of them run side by side. Nest has one log for them all.
const customerId = 'customer-1';
const LIMIT_MS = 30_000;

afterAll(closeAll, LIMIT_MS);

async function start(setup: Partial<ShopSetup> = {}): Promise<{ fake: FakeOttu; shop: WebhookShop }> {
  const fake = await startFake();
  return { fake, shop: await WebhookShop.start({ fake, timings: 'real', ...setup }) };
}

const never = () => new Promise<never>(() => undefined);

function evil(): never {
  throw new Error('no look at this');
}

async function msOf(task: Promise<unknown>): Promise<number> {
  const before = performance.now();
  await task;
  return performance.now() - before;
}

it.concurrent(
  'the second look for a card comes after two seconds',
  async () => {
    const { fake, shop } = await start();
    fake.next({ body: [] });
    const elapsedMs = await msOf(fake.pay({ customerId, ...shop.payment }));
    expect(shop.inbox.events).toHaveLength(1);
    expect(elapsedMs).toBeGreaterThan(1_950);
  },
  LIMIT_MS,
);

it.concurrent(
  'app.close() tells onUndelivered of an event that does not finish',
  async () => {
    const { fake, shop } = await start({ timings: { answerWithinMs: 50 } });
    shop.inbox.always = never;
    const { card } = await fake.pay({ customerId, ...shop.payment });
    expect(await msOf(shop.app.close())).toBeLessThan(5_500);
    expect(shop.inbox.undelivered).toMatchObject([{ reason: 'shutdown', event: { card } }]);
  },
  LIMIT_MS,
);

it.concurrent.each<[name: string, act: () => never | Promise<never>]>([
  ['hangs', never],
  ['throws', evil],
])(
  'app.close() takes five seconds with a webhook in flight whose handler %s, and reports what is not done',
  async (_name, act) => {
    const { fake, shop } = await start({ handles: 'both' });
    shop.inbox.payments.always = shop.inbox.always = act;
    const paid = fake.pay({ customerId, ...shop.payment });
    await eventually(() => shop.inbox.payments.calls.length > 0 && shop.inbox.calls.length > 0, true);
    expect(await msOf(shop.app.close())).toBeLessThan(5_500);
    expect(await paid).toMatchObject({ deliveries: [{ status: 500 }] });
    expect(shop.inbox.undelivered.map(({ method }) => method).toSorted()).toEqual(['onPayment', 'onSavedCard']);
  },
  LIMIT_MS,
);

it.concurrent(
  'app.close() waits for an onUndelivered that takes less than a quarter of a second',
  async () => {
    let isTold = false;
    const onUndelivered = () => sleep(100).then(() => void (isTold = true));
    const { fake, shop } = await start({ handles: 'payments', onUndelivered });
    shop.inbox.payments.always = never;
    void fake.pay({ customerId, ...shop.payment });
    await eventually(() => shop.inbox.payments.calls.length, 1);
    await shop.app.close();
    expect(isTold).toBe(true);
  },
  LIMIT_MS,
);

it.concurrent(
  'app.close() gives an onUndelivered that hangs a quarter of a second more',
  async () => {
    const { fake, shop } = await start({ handles: 'payments', onUndelivered: never });
    shop.inbox.payments.always = never;
    void fake.pay({ customerId, ...shop.payment });
    await eventually(() => shop.inbox.payments.calls.length, 1);
    expect(await msOf(shop.app.close())).toBeLessThan(5_750);
  },
  LIMIT_MS,
);

// Five run at once: this sixth begins when the second look is over, and no other application starts beside it.
it.concurrent(
  'a handler that takes its time is answered 500 within ten seconds, before Ottu gives up at fifteen',
  async () => {
    const { fake, shop } = await start();
    let finish: (() => void) | undefined;
    shop.inbox.always = () => new Promise<void>((resolve) => (finish = resolve));
    const paid = fake.pay({ customerId, ...shop.payment });
    expect(await msOf(paid)).toBeLessThan(10_000);
    expect(await paid).toMatchObject({ deliveries: [{ outcome: 'answered', status: 500 }] });
    finish?.();
  },
  LIMIT_MS,
);

it.concurrent(
  'app.close() gives a queue that hangs no more time than onUndelivered',
  async () => {
    const queue = { nameFor: () => 'broken', open: () => Promise.resolve({ add: never, close: never }) };
    const { fake, shop } = await start({ handles: 'payments', queue, timings: { queueWithinMs: 100 } });
    const { deliveries } = await fake.pay({ customerId, ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 200 }]);
    expect(await msOf(shop.app.close())).toBeLessThan(5_750);
  },
  LIMIT_MS,
);

it.concurrent(
  'app.close() waits for an onUndelivered of an event whose request was answered before',
  async () => {
    let isTold = false;
    const onUndelivered = () => sleep(100).then(() => void (isTold = true));
    const { fake, shop } = await start({ handles: 'payments', onUndelivered, timings: { answerWithinMs: 50 } });
    shop.inbox.payments.always = never;
    await fake.pay({ customerId, ...shop.payment });
    await shop.app.close();
    expect(isTold).toBe(true);
  },
  LIMIT_MS,
);

it.concurrent(
  'a webhook with nothing to do is answered 200 while the application closes, however late',
  async () => {
    const { fake, shop } = await start();
    // what app.close() does first; the server still serves while other modules take their time here
    await Reflect.get(shop.app, 'callBeforeShutdownHook').call(shop.app);
    await sleep(5_200);
    const { deliveries } = await fake.pay({ customerId, result: 'failed', ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 200 }]);
  },
  LIMIT_MS,
);
