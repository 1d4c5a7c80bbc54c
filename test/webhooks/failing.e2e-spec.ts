import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, startFake } from '../support/application.js';
import { eventually } from '../support/eventually.js';
import { leaksIn } from '../support/leaks.js';
import { type ShopSetup, WebhookShop } from '../support/webhook-shop.js';

// A genuine webhook never ends without a word, whatever the handler and onUndelivered do.
const customerId = 'customer-1';
let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

const start = (setup: Partial<ShopSetup> = {}) => WebhookShop.start({ fake, handles: 'payments', ...setup });
const never = () => new Promise<never>(() => undefined);

function evil(): never {
  throw new Error('no look at this');
}

const unreadable = new Proxy(new Error('proxy'), { get: evil, has: evil, getPrototypeOf: evil, ownKeys: evil });
const noConstructor = Object.defineProperty(new Error('constructor'), 'constructor', { get: evil });
const noStack = Object.defineProperty(new Error('stack'), 'stack', { get: evil });
const noMessage = Object.defineProperty(new Error('message'), 'message', { get: evil });
const noPrototype: unknown = Object.create(null);

describe.each<[name: string, error: unknown]>([
  ['cannot be looked at', unreadable],
  ['has a constructor that cannot be read', noConstructor],
  ['has a stack that cannot be read', noStack],
  ['has a message that cannot be read', noMessage],
  ['has no prototype', noPrototype],
  ['is undefined', undefined],
  ['is a symbol', Symbol('error')],
])('an error that %s', (_name, error) => {
  it.each(['throws', 'rejects'])('and that a handler %s is tried again and reported', async (way) => {
    const shop = await start();
    shop.inbox.payments.always = () => {
      // oxlint-disable-next-line typescript/only-throw-error, typescript/prefer-promise-reject-errors -- a shop may do so
      if (way === 'throws') throw error;
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- as above
      return Promise.reject(error);
    };
    const { deliveries } = await fake.pay({ customerId, ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 500 }]);
    expect(shop.inbox.payments.calls).toHaveLength(4);
    expect(shop.inbox.undelivered.map(({ reason }) => reason)).toEqual(['handler']);
    expect(Object.is(shop.inbox.undelivered[0]?.error, error)).toBe(true);
  });

  it('and that onUndelivered throws is logged', async () => {
    const shop = await start({
      onUndelivered: () => {
        // oxlint-disable-next-line typescript/only-throw-error -- a shop may do so
        throw error;
      },
    });
    shop.inbox.payments.always = evil;
    await fake.pay({ customerId, ...shop.payment });
    await eventually(() => shop.inbox.log.some((line) => line.startsWith('onUndelivered failed')), true);
  });
});

it('an onUndelivered that hangs holds up neither the answer nor other events, and is logged in the end', async () => {
  const shop = await start({ onUndelivered: never, timings: { handlerLimitMs: 2_000 } });
  const isLogged = (): boolean => shop.inbox.log.some((line) => line.startsWith('onUndelivered did not settle'));
  shop.inbox.payments.acts = [evil, evil, evil, evil];
  const { deliveries } = await fake.pay({ customerId, ...shop.payment });
  expect(deliveries).toMatchObject([{ status: 500 }]);
  expect(await fake.pay({ customerId, ...shop.payment })).toMatchObject({ deliveries: [{ status: 200 }] });
  expect(isLogged()).toBe(false);
  await eventually(isLogged, true, 4_000);
});

it('onUndelivered is called once for each method, however many deliveries wait for the event', async () => {
  const shop = await start({ handles: 'both' });
  shop.inbox.payments.always = evil;
  shop.inbox.always = evil;
  await fake.pay({ customerId, duplicate: true, ...shop.payment });
  await eventually(() => shop.inbox.undelivered.length, 2);
  await sleep(50);
  expect(shop.inbox.undelivered.map(({ method }) => method).toSorted()).toEqual(['onPayment', 'onSavedCard']);
});

class PaymentRejected extends Error {}

it('the log tells event, method, class and stack frames of what a handler throws, and not its message', async () => {
  const shop = await start();
  const secret = '9999888877776666';
  shop.inbox.payments.always = function bookPayment() {
    throw new PaymentRejected(`duplicate key (token)=(${secret})\n    at ${secret} (file:///${secret}.js:1:1)`);
  };
  await fake.pay({ customerId, ...shop.payment });
  const [event] = shop.inbox.payments.calls;
  const lines = shop.inbox.log.filter((line) => line.startsWith('Event '));
  expect(lines).toHaveLength(4);
  for (const line of lines) {
    expect(line).toContain(`Event ${event?.id}`);
    expect(line).toContain('onPayment failed with PaymentRejected');
    expect(line).toMatch(/\n {4}at .*bookPayment.*failing\.e2e-spec\.ts:\d+:\d+\)/);
  }
  expect(leaksIn({ log: lines.join('\n') })).toEqual([]);
});

it('the log shows nothing of a stack whose message was changed afterwards, and ten frames at most', async () => {
  const shop = await start();
  const secret = '9999888877776666';
  shop.inbox.payments.acts = [
    () => {
      const error = new Error(`first\n    at ${secret} (file:///${secret}.js:1:1)`);
      expect(error.stack).toContain(secret); // a look at it fixes it
      throw Object.assign(error, { message: 'changed' });
    },
    () => {
      const frames = Array.from({ length: 30 }, (_, index) => `    at book${index} (file:///shop.js:1:1)`);
      throw Object.assign(new Error('deep'), { stack: ['Error: deep', ...frames].join('\n') });
    },
  ];
  await fake.pay({ customerId, ...shop.payment });
  const [changed = '', deep = ''] = shop.inbox.log.filter((line) => line.startsWith('Event '));
  expect(changed).not.toContain(secret);
  expect(deep.match(/at book/g)).toHaveLength(10);
});

it('no timer stays when everything is done', async () => {
  const shop = await start({ handles: 'both' });
  await fake.pay({ customerId, ...shop.payment });
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  for (let index = 0; index < 20; index += 1) await fake.pay({ customerId, ...shop.payment });
  await eventually(() => shop.inbox.events.length, 21);
  expect(timers() - before).toBeLessThan(5);
});

it('app.close() takes no time when nothing is under way', async () => {
  const shop = await start({ timings: 'real' });
  await fake.pay({ customerId, ...shop.payment });
  const before = performance.now();
  await shop.app.close();
  expect(performance.now() - before).toBeLessThan(500);
});

describe('a queue that breaks its word', () => {
  const thrown = (): never => {
    throw new Error('at once');
  };

  it.each<[how: string, fail: () => Promise<never>]>([
    ['throws', thrown],
    ['rejects', () => Promise.reject(new Error('later'))],
    ['hangs', never],
  ])('and %s leaves the event to this process, and the application closes', async (_how, fail) => {
    const close = fail === never ? () => Promise.resolve() : fail; // waits.e2e-spec.ts has one that hangs there, too
    const queue = { nameFor: () => 'broken', open: () => Promise.resolve({ add: fail, close }) };
    const shop = await start({ queue, timings: { queueWithinMs: 100 } });
    const { deliveries } = await fake.pay({ customerId, ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 200 }]);
    expect(shop.inbox.payments.events).toHaveLength(1);
    expect(shop.inbox.log.filter((line) => line.includes('The queue'))).toHaveLength(1);
    await expect(shop.app.close()).resolves.toBeUndefined();
  });
});
