import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { bullQueue } from 'nestjs-ottu-cards/bullmq';
import { aCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, closeWithTest, startFake } from '../support/application.js';
import { eventually } from '../support/eventually.js';
import { CANARIES, leaksIn } from '../support/leaks.js';
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.js';
import { HMAC_KEY, printedProcessor, type ShopSetup, WebhookShop } from '../support/webhook-shop.js';

// One instance with a real redis-server; several instances are in processes.e2e-spec.ts.
const customerId = 'customer-1';
let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

const never = () => new Promise<never>(() => undefined);
const fail = () => {
  throw new Error('the database is away');
};

describeWithRedis('with a queue in Redis', () => {
  let redis: TestRedis;

  beforeEach(async () => {
    redis = await startRedis();
    closeWithTest(() => redis.stop());
  });

  const start = (setup: Partial<ShopSetup> = {}) =>
    WebhookShop.start({
      fake,
      handles: 'both',
      queue: bullQueue({ connection: { url: redis.url }, name: 'test' }),
      ...setup,
    });

  /** Looks at the queue from outside. */
  function jobs(name = 'test'): Queue {
    const queue = new Queue(name, { connection: { url: redis.url } });
    closeWithTest(() => queue.close());
    return queue;
  }

  it('hands on a payment and its card, each in a job of its own', async () => {
    const shop = await start();
    const { deliveries, card } = await fake.pay({ customerId, ...shop.payment });
    expect(deliveries).toEqual([{ outcome: 'answered', status: 200, body: '' }]);
    await eventually(() => shop.inbox.events.length + shop.inbox.payments.events.length, 2);
    const [payment] = shop.inbox.payments.events;
    expect(payment).toMatchObject({ result: 'success', signed: { amount: '10.000' }, claims: { customerId } });
    expect(shop.inbox.events).toEqual([{ ...payment, card: expect.objectContaining(card) }]);
    const queue = jobs();
    await eventually(async () => (await queue.getCompleted()).length, 2);
    expect((await queue.getCompleted()).map(({ id }) => String(id)).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      `${payment?.id}-card`,
      `${payment?.id}-payment`,
    ]);
  });

  it('prints no key', async () => {
    const { app } = await start({ hmacKey: CANARIES.hmacKey });
    const printed = printedProcessor(app);
    expect(printed).toContain('BullQueue');
    expect(leaksIn({ printed })).toEqual([]);
  });

  it("leaves the shop's own client open", async () => {
    const client = new Redis(redis.url, { maxRetriesPerRequest: null });
    closeWithTest(async () => client.disconnect());
    const shop = await start({ queue: bullQueue({ connection: client, name: 'test' }) });
    await shop.app.close();
    await sleep(300);
    await expect(client.ping()).resolves.toBe('PONG');
  });

  it('answers 200 before the handler is done', async () => {
    const shop = await start();
    let finish: (() => void) | undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    shop.inbox.payments.always = () => finished;
    const { deliveries } = await fake.pay({ customerId, result: 'failed', ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 200 }]);
    expect(shop.inbox.payments.events).toEqual([]);
    finish?.();
    await eventually(() => shop.inbox.payments.events.length, 1);
  });

  it('hands on a repeat once, also a day later by a job that is done', async () => {
    const shop = await start();
    const { webhook } = await fake.pay({ customerId, duplicate: true, ...shop.payment });
    await eventually(() => shop.inbox.events.length, 1);
    await Promise.all([1, 2, 3].map(() => shop.post(webhook)));
    await sleep(200);
    expect([shop.inbox.payments.calls.length, shop.inbox.calls.length]).toEqual([1, 1]);
  });

  it('asks the handler again after a second, and only the method that failed', async () => {
    const shop = await start();
    shop.inbox.acts = [fail];
    await fake.pay({ customerId, ...shop.payment });
    await eventually(() => shop.inbox.events.length, 1, 5_000);
    expect([shop.inbox.payments.calls.length, shop.inbox.calls.length]).toEqual([1, 2]);
  });

  it('tells onUndelivered in the last attempt, and a repeat of that event is tried anew', async () => {
    const shop = await start({ timings: { handlerLimitMs: 100 } });
    shop.inbox.payments.acts = [never];
    const { webhook, deliveries } = await fake.pay({ customerId, result: 'failed', ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 200 }]);
    await eventually(() => shop.inbox.undelivered.length, 1);
    expect(shop.inbox.undelivered).toMatchObject([
      { method: 'onPayment', reason: 'hanging', event: { result: 'failed' } },
    ]);
    const queue = jobs();
    await eventually(async () => (await queue.getFailed()).length, 1);
    expect(await shop.post(webhook)).toMatchObject({ status: 200 });
    await eventually(() => shop.inbox.payments.events.length, 1);
    await eventually(async () => (await queue.getFailed()).length, 0);
  });

  it('keeps no secret in Redis: not in payloads, names, reasons or stack traces', async () => {
    const { hmacKey, token, nameOnCard, cardNumber } = CANARIES;
    const shop = await start({ hmacKey, timings: { handlerLimitMs: 200 } });
    const quoting = () => {
      throw Object.assign(new Error(`duplicate key (token)=(${token})`), { row: { token, nameOnCard } });
    };
    shop.inbox.acts = [quoting];
    shop.inbox.payments.acts = [quoting];
    const card = { token, nameOnCard, number: cardNumber };
    const payment = { customerId: CANARIES.customerId, card, webhookUrl: shop.webhookUrl, hmacKey };
    const { webhook } = await fake.pay(payment);
    await eventually(() => shop.inbox.calls.length + shop.inbox.payments.calls.length, 2);
    const queue = jobs();
    await eventually(async () => (await queue.getDelayed()).length, 2);
    const everything = await dump(redis);
    expect(leaksIn({ everything })).toEqual([]);
    expect(everything).not.toContain(webhook['signature']);
    expect(everything).toContain('onPayment failed with Error (its message is not shown');
    expect(everything).toMatch(/at .*queue\.e2e-spec\.ts:\d+:\d+/);
    await eventually(() => shop.inbox.events.length + shop.inbox.payments.events.length, 2, 5_000);
    await eventually(async () => (await queue.getCompleted()).length, 2);
    for (const job of await queue.getCompleted()) expect(job.data).toMatchObject({ payload: '' });
  });

  it('opens with the old key what the old key encrypted, and leaves what no key opens among the failed jobs', async () => {
    const before = await start();
    before.inbox.payments.always = fail;
    await fake.pay({ customerId, result: 'failed', ...before.payment });
    await eventually(() => before.inbox.payments.calls.length, 1);
    await before.app.close();

    const without = await start({ hmacKey: 'obviously-false-new-key' });
    const queue = jobs();
    await eventually(async () => (await queue.getFailed()).length, 1, 5_000);
    expect(without.inbox.payments.calls).toEqual([]);
    expect(without.inbox.log).toContainEqual(expect.stringMatching(/^No hmacKey opens job [0-9a-f]{64}-payment/));
    await without.app.close();

    const after = await start({ hmacKey: ['obviously-false-new-key', HMAC_KEY] });
    const [failed] = await queue.getFailed();
    await failed?.retry();
    await eventually(() => after.inbox.payments.events.length, 1, 5_000);
  });

  describe('a claimed card of the standard scheme', () => {
    const payment = { customerId, scheme: 'standard' } as const;

    it('that is wrong does not swallow the genuine one, and three are asked for at most', async () => {
      const shop = await start({ handles: 'cards' });
      const card = fake.save(aCard({ customerId }));
      const { webhook } = await fake.pay({ ...payment, saveCard: false, ...shop.payment });
      await shop.post({ ...webhook, token: 'tok-forged-1' });
      await shop.post({ ...webhook, token: card.token });
      await eventually(() => shop.inbox.events.length, 1, 5_000);
      expect(shop.inbox.events).toMatchObject([{ card }]);
      for (const index of [2, 3, 4]) await shop.post({ ...webhook, token: `tok-forged-${index}` });
      await sleep(200);
      expect([shop.inbox.calls.length, fake.received.length]).toEqual([1, 3]); // two looks for the first
    });

    it('is dropped by every instance after another one was handled, and known again under a new key', async () => {
      const one = await start({ handles: 'cards' });
      const { webhook } = await fake.pay({ ...payment, ...one.payment });
      const queue = jobs();
      await eventually(async () => (await queue.getCompleted()).length, 1);
      await one.app.close();

      const two = await start({ handles: 'cards', hmacKey: ['obviously-false-new-key', HMAC_KEY] });
      expect(await two.post(webhook)).toMatchObject({ status: 200 });
      expect(two.inbox.log.filter((line) => line.startsWith('Dropped a saved card'))).toEqual([]);
      expect(await two.post({ ...webhook, token: 'tok-forged-1' })).toMatchObject({ status: 200 });
      await eventually(() => two.inbox.log.filter((line) => line.startsWith('Dropped a saved card')).length, 1);
      expect((await queue.getJobs()).length).toBe(1);
      expect([two.inbox.calls.length, fake.received.length]).toEqual([0, 1]);
    });
  });

  it('hands a job to another instance when this one closes, without counting the attempt', async () => {
    const one = await start({ handles: 'payments', timings: 'real' });
    one.inbox.payments.always = never;
    await fake.pay({ customerId, ...one.payment });
    await eventually(() => one.inbox.payments.calls.length, 1);
    const before = performance.now();
    await one.app.close();
    expect(performance.now() - before).toBeLessThan(5_500);
    expect(one.inbox.undelivered).toEqual([]);
    const two = await start({ handles: 'payments' });
    await eventually(() => two.inbox.payments.events.length, 1, 10_000);
  }, 30_000);

  it('a job without anything in it ends no process, and keeps no other from being handled', async () => {
    const queue = jobs();
    const { id } = await queue.add('onPayment', null);
    const client = new Redis(redis.url);
    closeWithTest(async () => client.disconnect());
    await client.hset(`bull:test:${id}`, 'defa', 'job stalled more than allowable limit'); // what BullMQ itself fails
    const shop = await start({ handles: 'payments' });
    await eventually(async () => (await queue.getFailed()).length, 1, 5_000);
    await fake.pay({ customerId, ...shop.payment });
    await eventually(() => shop.inbox.payments.events.length, 1);
  });

  describe('while Redis is away', () => {
    it.each<[how: string, leave: () => Promise<void> | void]>([
      ['refuses connections', () => redis.halt()],
      ['keeps its connections and answers nothing', () => redis.pause()],
    ])(
      '(it %s) events are handled in this process, with one warning',
      async (_how, leave) => {
        const shop = await start();
        await fake.pay({ customerId, ...shop.payment });
        await eventually(() => shop.inbox.events.length, 1);
        await leave();
        for (let index = 0; index < 3; index += 1) {
          expect(await fake.pay({ customerId, ...shop.payment })).toMatchObject({ deliveries: [{ status: 200 }] });
        }
        await eventually(() => shop.inbox.events.length, 4);
        expect(shop.inbox.payments.events).toHaveLength(4);
        expect(shop.inbox.log.filter((line) => line.startsWith('Redis does not take webhooks'))).toHaveLength(1);
        redis.resume();
      },
      20_000,
    );

    it('one that is slow and answers is waited for', async () => {
      let delayMs = 0;
      const slow = await slowTo(Number(new URL(redis.url).port), () => delayMs);
      const shop = await start({ queue: bullQueue({ connection: { port: slow }, name: 'test' }) });
      await fake.pay({ customerId, ...shop.payment });
      await eventually(() => shop.inbox.events.length, 1);
      delayMs = 350; // an event takes two round trips: more than a second
      expect(await fake.pay({ customerId, ...shop.payment })).toMatchObject({ deliveries: [{ status: 200 }] });
      expect((await jobs().getJobs()).length).toBe(4);
      delayMs = 0;
      await eventually(() => shop.inbox.events.length, 2, 5_000);
      expect(shop.inbox.log.filter((line) => line.startsWith('Redis'))).toEqual([]);
      expect(shop.inbox.payments.calls).toHaveLength(2);
    }, 20_000);

    it('an event that Redis takes late is not handled twice', async () => {
      const shop = await start();
      await fake.pay({ customerId, ...shop.payment });
      await eventually(() => shop.inbox.events.length, 1);
      redis.pause();
      await fake.pay({ customerId, ...shop.payment });
      await eventually(() => shop.inbox.events.length, 2);
      redis.resume();
      await eventually(() => shop.inbox.log.some((line) => line.startsWith('Redis takes webhooks again')), true, 5_000);
      await sleep(300);
      expect([shop.inbox.payments.calls.length, shop.inbox.calls.length]).toEqual([2, 2]);
      const { waiting, active, delayed } = await jobs().getJobCounts('waiting', 'active', 'delayed');
      expect([waiting, active, delayed]).toEqual([0, 0, 0]);
    }, 20_000);

    it.each(['the same webhook', 'a replay with another card'])(
      '%s comes again: the job that lies in Redis stays there',
      async (again) => {
        const shop = await start({ handles: 'cards' });
        shop.inbox.always = fail;
        const { webhook } = await fake.pay({ customerId, scheme: 'standard', ...shop.payment });
        await eventually(() => shop.inbox.calls.length, 2, 5_000); // its next attempt is two seconds away
        redis.pause();
        const token = again === 'the same webhook' ? webhook['token'] : { token: 'tok-other', customer_id: customerId };
        await shop.post({ ...webhook, token });
        redis.resume();
        await eventually(
          () => shop.inbox.log.some((line) => line.startsWith('Redis takes webhooks again')),
          true,
          5_000,
        );
        await sleep(300);
        expect(await jobs().getJobCounts('waiting', 'active', 'delayed', 'prioritized')).toMatchObject({ delayed: 1 });
        shop.inbox.always = undefined; // the database is back
        await eventually(() => shop.inbox.events.length > 0, true, 10_000);
      },
      30_000,
    );

    it.each(['from the start', 'in the end'])(
      '(%s) the application closes at once',
      async (when) => {
        if (when === 'from the start') await redis.halt();
        const shop = await start();
        if (when === 'from the start') await fake.pay({ customerId, ...shop.payment });
        else await redis.halt();
        const before = performance.now();
        await shop.app.close();
        expect(performance.now() - before).toBeLessThan(1_000);
      },
      20_000,
    );
  });
});

/** Everything that Redis holds, as text. */
async function dump(redis: TestRedis): Promise<string> {
  const client = new Redis(redis.url);
  const parts: string[] = [];
  for (const key of await client.keys('*')) {
    const type = await client.type(key);
    parts.push(key);
    if (type === 'hash') parts.push(JSON.stringify(await client.hgetall(key)));
    else if (type === 'string') parts.push(String(await client.get(key)));
    else if (type === 'list') parts.push(JSON.stringify(await client.lrange(key, 0, -1)));
    else if (type === 'zset') parts.push(JSON.stringify(await client.zrange(key, '0', '-1')));
    else if (type === 'stream') parts.push(JSON.stringify(await client.xrange(key, '-', '+')));
    else parts.push(`unread: ${type}`);
  }
  client.disconnect();
  expect(parts.filter((part) => part.startsWith('unread:'))).toEqual([]);
  return parts.join('\n');
}

/** A port on which everything takes its time, there and back, on its way to another port. */
async function slowTo(port: number, delayMs: () => number): Promise<number> {
  const late = (from: Socket, to: Socket): void => {
    from.on('data', (chunk) => setTimeout(() => to.write(chunk), delayMs()));
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  };
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    late(near, far);
    late(far, near);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closeWithTest(async () => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It does not listen.');
  return address.port;
}
