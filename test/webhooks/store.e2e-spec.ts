import { setTimeout as sleep } from 'node:timers/promises';
import KeyvRedis from '@keyv/redis';
import { Keyv } from 'keyv';
import type { FakeOttu } from 'nestjs-ottu-cards/testing';
import type { WebhookStore } from 'nestjs-ottu-cards/webhooks';
import { closeAll, closeWithTest, startFake } from '../support/application.js';
import { CANARIES, leaksIn } from '../support/leaks.js';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.js';
import { type ShopSetup, WebhookShop } from '../support/webhook-shop.js';

const customerId = 'customer-1';
let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

const start = (setup: Partial<ShopSetup>) => WebhookShop.start({ fake, ...setup });

/** Each instance has a Keyv of its own, as in two processes; what lies behind it is shared. */
describe.each(stores())('two instances with one store in %s', (_name, makeStore) => {
  const instances = async (setup: Partial<ShopSetup> = {}) => {
    const newStore = await makeStore();
    return [await start({ ...setup, store: newStore() }), await start({ ...setup, store: newStore() })] as const;
  };

  it('handle a webhook once that reaches one after the other', async () => {
    const [one, two] = await instances();
    const { webhook } = await fake.pay({ customerId, ...one.payment });
    expect(await two.post(webhook)).toEqual({ status: 200, body: '' });
    expect([one.inbox.calls.length, two.inbox.calls.length, fake.received.length]).toEqual([1, 0, 1]);
  });

  it('handle a webhook once that reaches both at the same time', async () => {
    const [one, two] = await instances();
    one.inbox.always = two.inbox.always = () => sleep(100);
    for (let round = 0; round < 5; round += 1) {
      let atTwo: ReturnType<typeof two.post> | undefined;
      await fake.pay({
        customerId,
        ...one.payment,
        alter: (webhook) => {
          atTwo = two.post(webhook);
          return webhook;
        },
      });
      expect((await atTwo)?.status).toBe(200);
    }
    expect(one.inbox.calls.length + two.inbox.calls.length).toBe(5);
  });

  it('let the second try what the first could not do', async () => {
    const [one, two] = await instances();
    one.inbox.always = () => Promise.reject(new Error('away'));
    const { webhook } = await fake.pay({ customerId, ...one.payment });
    expect(await two.post(webhook)).toMatchObject({ status: 200 });
    expect(two.inbox.events).toHaveLength(1);
  });

  it('let the second take over from a first that died', async () => {
    const [one, two] = await instances({ timings: { leaseMs: 300, answerWithinMs: 100, shutdownMs: 50 } });
    one.inbox.always = () => new Promise(() => undefined);
    const { webhook } = await fake.pay({ customerId, ...one.payment });
    expect(await two.post(webhook)).toMatchObject({ status: 500 }); // the first still has it
    await sleep(600);
    expect(two.inbox.events).toHaveLength(1);
  });

  it('share the three confirmations of a signature', async () => {
    const [one, two] = await instances();
    const { webhook } = await fake.pay({ customerId, scheme: 'standard', saveCard: false, ...one.payment });
    for (const index of [1, 2]) await one.post({ ...webhook, token: `tok-forged-${index}` });
    for (const index of [3, 4, 5]) await two.post({ ...webhook, token: `tok-forged-${index}` });
    expect(fake.received).toHaveLength(6); // two looks each
  });
});

describe('a store', () => {
  it('is told hashes and counts only, and to forget each', async () => {
    const written: unknown[][] = [];
    const store: WebhookStore = {
      get: () => undefined,
      set: (...args) => written.push(args),
      delete: (...args) => written.push(args),
    };
    const { token } = CANARIES;
    const shop = await start({ store, hmacKey: CANARIES.hmacKey });
    const card = { token, nameOnCard: CANARIES.nameOnCard };
    const payment = { customerId: CANARIES.customerId, card, webhookUrl: shop.webhookUrl, hmacKey: CANARIES.hmacKey };
    const { webhook } = await fake.pay(payment);
    expect(shop.inbox.events).toHaveLength(1);
    expect(leaksIn({ written: JSON.stringify(written) })).toEqual([]);
    expect(JSON.stringify(written)).not.toContain(webhook['signature']);
    for (const [key, value, ttlMs] of written) {
      expect(key).toMatch(/^ottu-webhook:(?:done|running|confirmations):[0-9a-f]{64}$/);
      if (value !== undefined) expect(ttlMs).toBeGreaterThan(0);
    }
  });

  it('is not asked again after app.close(), which could connect it anew', async () => {
    let calls = 0;
    const count = () => void (calls += 1);
    const shop = await start({
      store: { get: count, set: count, delete: count },
      timings: { answerWithinMs: 300, handlerLimitMs: 800, shutdownMs: 20 },
    });
    shop.inbox.always = () => new Promise(() => undefined);
    await fake.pay({ customerId, ...shop.payment });
    await shop.app.close();
    const before = calls;
    await sleep(900); // the hanging handler is given up meanwhile
    expect(calls).toBe(before);
  });

  it.each<[string, () => unknown]>([
    ['throws', () => { throw new Error('the store is away'); }], // prettier-ignore
    ['rejects', () => Promise.reject(new Error('the store is away'))],
    ['hangs', () => new Promise(() => undefined)],
    ['holds nonsense', () => ({ nonsense: true })],
  ])('that %s loses no event', async (_name, answer) => {
    const shop = await start({ store: { get: answer, set: answer, delete: answer }, timings: { storeLimitMs: 20 } });
    const { deliveries, webhook } = await fake.pay({ customerId, ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 200 }]);
    expect(await shop.post(webhook)).toMatchObject({ status: 200 });
    expect(shop.inbox.calls).toHaveLength(1);
  });
});

type MakeStore = () => Promise<() => WebhookStore>;

function stores(): [name: string, make: MakeStore][] {
  return hasRedis() ? [['memory', inMemory], ['Redis', inRedis]] : [['memory', inMemory]]; // prettier-ignore
}

async function inMemory(): Promise<() => WebhookStore> {
  const shared = new Map<string, unknown>();
  return () => new Keyv({ store: shared });
}

async function inRedis(): Promise<() => WebhookStore> {
  const redis: TestRedis = await startRedis();
  closeWithTest(() => redis.stop());
  return () => {
    const keyv = new Keyv(new KeyvRedis(redis.url));
    closeWithTest(() => keyv.disconnect());
    return keyv;
  };
}
