import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { aCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, closeWithTest, startFake } from '../support/application.js';
import { eventually } from '../support/eventually.js';
import { HMAC_KEY, WebhookShop } from '../support/webhook-shop.js';

// At least once, and nothing lost without a word: Ottu repeats a webhook after a timeout, and never after an answer.
const customerId = 'customer-1';
let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

const never = () => new Promise<void>(() => undefined);
const fail = () => {
  throw new Error('the database is away');
};

describe('the same webhook again', () => {
  it('is answered 200 without the handler, and without asking Ottu', async () => {
    const shop = await WebhookShop.start({ fake });
    const { webhook } = await fake.pay({ customerId, ...shop.payment });
    for (const _ of [1, 2, 3, 4, 5]) expect(await shop.post(webhook)).toEqual({ status: 200, body: '' });
    expect([shop.inbox.calls.length, fake.received.length]).toEqual([1, 1]);
  });

  it('at the same time runs once, and every delivery is answered 200', async () => {
    const shop = await WebhookShop.start({ fake });
    shop.inbox.always = () => sleep(50);
    const { webhook, deliveries } = await fake.pay({ customerId, duplicate: true, ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 200 }, { status: 200 }]);
    await Promise.all([1, 2, 3, 4, 5].map(() => shop.post(webhook)));
    expect([shop.inbox.calls.length, fake.received.length]).toEqual([1, 1]);
  });

  it('with another customer written into it does not take the genuine one down with it', async () => {
    const shop = await WebhookShop.start({ fake, timings: { secondLookMs: 150 } });
    const payment = { customerId, scheme: 'standard', tokenForm: 'text', ...shop.payment } as const;
    let replay: ReturnType<typeof shop.post> | undefined;
    await fake.pay({
      ...payment,
      alter: (webhook) => {
        replay = shop.post({ ...webhook, customer_id: 'customer-2' });
        return webhook;
      },
    });
    expect(await replay).toMatchObject({ status: 200 });
    expect(shop.inbox.events).toMatchObject([{ card: { customerId } }]);
  });

  it('has the same id each time; another payment has another', async () => {
    const shop = await WebhookShop.start({ fake });
    shop.inbox.acts = [fail];
    const { card } = await fake.pay({ customerId, ...shop.payment });
    const again = card && { card: { token: card.token } };
    await fake.pay({ customerId, ...again, ...shop.payment });
    const ids = shop.inbox.calls.map(({ id }) => id);
    expect(ids).toHaveLength(3);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(ids.join()).not.toContain(card?.token);
  });
});

describe('a handler that throws', () => {
  it('is called again, three times in all after the first, and the answer is 200 when it succeeds', async () => {
    const shop = await WebhookShop.start({ fake });
    shop.inbox.acts = [fail, () => Promise.reject(new Error('still away')), fail];
    const { deliveries } = await fake.pay({ customerId, ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 200 }]);
    expect([shop.inbox.calls.length, shop.inbox.events.length, fake.received.length]).toEqual([4, 1, 1]);
    expect(shop.inbox.undelivered).toEqual([]);
  });

  it('is answered 500 when it never does, and the event goes to onUndelivered with its card and error', async () => {
    const shop = await WebhookShop.start({ fake });
    shop.inbox.always = fail;
    const { deliveries, card } = await fake.pay({ customerId, ...shop.payment });
    expect(deliveries).toEqual([
      {
        outcome: 'answered',
        status: 500,
        body: JSON.stringify({ statusCode: 500, errorCode: 'not_handled', message: 'The event is not handled yet.' }),
      },
    ]);
    const [event] = shop.inbox.calls;
    expect(shop.inbox.calls).toHaveLength(4);
    expect(event?.card).toMatchObject({ ...card });
    expect(shop.inbox.undelivered).toEqual([
      { event, method: 'onSavedCard', reason: 'handler', error: new Error('the database is away') },
    ]);
  });

  it('is not remembered as done: a later delivery is handled', async () => {
    const shop = await WebhookShop.start({ fake });
    shop.inbox.acts = [fail, fail, fail, fail];
    const { webhook } = await fake.pay({ customerId, ...shop.payment });
    expect(await shop.post(webhook)).toMatchObject({ status: 200 });
    expect(shop.inbox.events).toHaveLength(1);
  });

  it('may have an onUndelivered that throws, or none', async () => {
    for (const onUndelivered of [fail, () => Promise.reject(new Error('the alarm is away')), undefined]) {
      const shop = await WebhookShop.start({ fake, onUndelivered });
      shop.inbox.always = fail;
      expect(await fake.pay({ customerId, ...shop.payment })).toMatchObject({ deliveries: [{ status: 500 }] });
      expect(shop.inbox.log).toContainEqual(expect.stringMatching(/^Event [0-9a-f]{64} was not handled \(handler\)/));
    }
  });
});

describe('a handler that takes its time', () => {
  it('goes on after that answer; a delivery meanwhile joins it, and a later one finds it done', async () => {
    const shop = await WebhookShop.start({ fake, timings: { answerWithinMs: 100 } });
    let finish: (() => void) | undefined;
    shop.inbox.always = () => new Promise<void>((resolve) => (finish = resolve));
    const { webhook, deliveries } = await fake.pay({ customerId, ...shop.payment });
    const meanwhile = await shop.post(webhook);
    finish?.();
    await sleep(20);
    const later = await shop.post(webhook);
    expect([deliveries[0]?.status, meanwhile.status, later.status]).toEqual([500, 500, 200]);
    expect(shop.inbox.calls).toHaveLength(1);
  });

  it('is given up when it hangs, without a second call beside the first', async () => {
    const shop = await WebhookShop.start({ fake, timings: { handlerLimitMs: 50 } });
    shop.inbox.always = never;
    const { deliveries, card } = await fake.pay({ customerId, ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 500 }]);
    expect(shop.inbox.calls).toHaveLength(1);
    expect(shop.inbox.undelivered).toMatchObject([{ reason: 'hanging', event: { card }, error: undefined }]);
  });
});

describe('Ottu down during the confirmation', () => {
  it('is tried again like a handler that throws', async () => {
    const shop = await WebhookShop.start({ fake });
    fake.next({ status: 503 });
    fake.next({ hangUp: true });
    fake.next({ body: 'no JSON' });
    const { deliveries } = await fake.pay({ customerId, ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 200 }]);
    expect(shop.inbox.events).toHaveLength(1);
  });

  it('for good is answered 500 and goes to onUndelivered without a card', async () => {
    const shop = await WebhookShop.start({ fake });
    fake.always({ status: 500 });
    const { deliveries } = await fake.pay({ customerId, ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 500 }]);
    expect(shop.inbox.calls).toEqual([]);
    expect(shop.inbox.undelivered).toMatchObject([
      {
        reason: 'confirmation',
        event: { signed: { result: 'success' } },
        error: { name: 'OttuUnavailableError' },
      },
    ]);
    expect(shop.inbox.undelivered[0]?.event).not.toHaveProperty('card');
  });

  it('spends none of the three confirmations', async () => {
    const shop = await WebhookShop.start({ fake });
    const webhookUrl = 'http://127.0.0.1:1/nobody'; // the forged ones come first
    const payment = { customerId, scheme: 'standard', tokenForm: 'text', ...shop.payment, webhookUrl } as const;
    const { webhook } = await fake.pay(payment);
    fake.always({ status: 500 });
    for (const index of [1, 2, 3]) await shop.post({ ...webhook, token: `tok-forged-${index}` });
    fake.always();
    expect(await shop.post(webhook)).toMatchObject({ status: 200 });
    expect(shop.inbox.events).toHaveLength(1);
  });
});

describe('a replay with varied unsigned fields', () => {
  it('makes us ask Ottu for three cards and no more, at once or one after the other', async () => {
    for (const mode of ['one by one', 'at once']) {
      fake.reset();
      const shop = await WebhookShop.start({ fake });
      const { webhook } = await fake.pay({ customerId, scheme: 'standard', saveCard: false, ...shop.payment });
      const replays = Array.from({ length: 10 }, (_, index) => ({ ...webhook, token: `tok-forged-${index}` }));
      const answers = [];
      if (mode === 'at once') answers.push(...(await Promise.all(replays.map((it) => shop.post(it)))));
      else for (const replay of replays) answers.push(await shop.post(replay));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect([shop.inbox.calls.length, fake.received.length]).toEqual([0, 6]); // two looks each
      expect(shop.inbox.log.filter((line) => line.includes('or with three others'))).toHaveLength(7);
    }
  });

  it('that names another card of the customer after one was listed is dropped', async () => {
    const shop = await WebhookShop.start({ fake });
    const other = fake.save(aCard({ customerId }));
    shop.inbox.acts = [fail, fail, fail, fail];
    const { webhook, card } = await fake.pay({ customerId, scheme: 'standard', ...shop.payment });
    expect(await shop.post({ ...webhook, token: other.token })).toMatchObject({ status: 200 });
    await shop.post(webhook);
    expect(shop.inbox.events).toMatchObject([{ card: { token: card?.token } }]);
    expect(shop.inbox.calls).toHaveLength(5);
  });

  it('does not touch other payments', async () => {
    const shop = await WebhookShop.start({ fake });
    const { webhook } = await fake.pay({ customerId, scheme: 'standard', saveCard: false, ...shop.payment });
    for (const index of [1, 2, 3, 4]) await shop.post({ ...webhook, token: `tok-forged-${index}` });
    await fake.pay({ customerId, scheme: 'standard', ...shop.payment });
    expect(shop.inbox.events).toHaveLength(1);
  });
});

describe('app.close()', () => {
  it('lets an event that outlived its answer finish, and does not wait for the next attempt', async () => {
    const shop = await WebhookShop.start({ fake, timings: { answerWithinMs: 50, retryDelaysMs: [60_000] } });
    shop.inbox.acts = [fail];
    const { deliveries } = await fake.pay({ customerId, ...shop.payment });
    expect([deliveries[0]?.status, shop.inbox.events.length]).toEqual([500, 0]);
    await shop.app.close();
    expect([shop.inbox.events.length, shop.inbox.undelivered]).toEqual([1, []]);
  });
});

describe('the fake delivers as Ottu does', () => {
  it('again after a timeout, three times, with the same body', async () => {
    const shop = await WebhookShop.start({ fake });
    shop.inbox.always = () => sleep(400);
    const { deliveries } = await fake.pay({ customerId, timeoutMs: 60, ...shop.payment });
    expect(deliveries).toEqual(Array.from({ length: 4 }, () => ({ outcome: 'timeout' })));
    await sleep(400);
    expect(shop.inbox.calls).toHaveLength(1);
    await eventually(() => connectionsOf(shop), 0); // one that stays open holds up app.close()
  });

  it('on a connection of its own', async () => {
    const shop = await WebhookShop.start({ fake });
    await fake.pay({ customerId, ...shop.payment });
    await eventually(() => connectionsOf(shop), 0);
  });

  it('as often as asked for, with a pause between', async () => {
    const shop = await WebhookShop.start({ fake });
    shop.inbox.always = () => sleep(1_000);
    const before = performance.now();
    const { deliveries } = await fake.pay({ customerId, timeoutMs: 50, attempts: 3, pauseMs: 200, ...shop.payment });
    expect(deliveries).toEqual(Array.from({ length: 3 }, () => ({ outcome: 'timeout' })));
    expect(performance.now() - before).toBeGreaterThan(3 * 50 + 2 * 200 - 20);
  }, 10_000);

  it('never again after an answer of 500', async () => {
    const shop = await WebhookShop.start({ fake });
    shop.inbox.always = fail;
    expect(await fake.pay({ customerId, ...shop.payment })).toMatchObject({ deliveries: [{ status: 500 }] });
  });

  it.each(['success', 'failed'])(
    'with the token of a card that was saved before, whatever comes of it (%s)',
    async (result) => {
      const shop = await WebhookShop.start({ fake, handles: 'both' });
      const old = fake.save(aCard({ customerId }));
      const { card, webhook } = await fake.pay({ customerId, with: old, result, ...shop.payment });
      expect([card, fake.cardsOf(customerId)]).toEqual([old, [old]]);
      expect(webhook['token']).toMatchObject({ token: old.token });
      await eventually(() => shop.inbox.events.length, result === 'success' ? 1 : 0);
      expect(shop.inbox.payments.events).toMatchObject([{ result }]);
    },
  );

  it('no auto-debit that the merchant starts', async () => {
    const shop = await WebhookShop.start({ fake, handles: 'payments' });
    const old = fake.save(aCard({ customerId, agreements: ['AGREEMENT-1'] }));
    const paid = await fake.pay({ customerId, with: old, paymentType: 'auto_debit', ...shop.payment });
    expect(paid).toMatchObject({ card: old, deliveries: [] });
    expect(shop.inbox.payments.calls).toEqual([]);
  });

  it('nothing for a card that the customer does not have', async () => {
    const shop = await WebhookShop.start({ fake });
    const others = fake.save(aCard({ customerId: 'customer-2' }));
    await expect(fake.pay({ customerId, with: others, ...shop.payment })).rejects.toThrow('has no such card');
  });

  it('no card for a payment that failed', async () => {
    const shop = await WebhookShop.start({ fake });
    const { card, webhook } = await fake.pay({ customerId, result: 'failed', ...shop.payment });
    expect([card, webhook['token'], fake.cardsOf(customerId)]).toEqual([undefined, undefined, []]);
  });

  it('and tells of an answer that is none', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    closeWithTest(async () => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { deliveries } = await fake.pay({ customerId, hmacKey: HMAC_KEY, webhookUrl: `http://127.0.0.1:${port}/` });
    expect(deliveries).toEqual([{ outcome: 'unreachable' }]);
  });

  it('and tells when nobody listens', async () => {
    const shop = await WebhookShop.start({ fake });
    await shop.app.close();
    const { card, deliveries } = await fake.pay({ customerId, ...shop.payment });
    expect([deliveries, fake.cardsOf(customerId)]).toEqual([[{ outcome: 'unreachable' }], [card]]);
  });
});

function connectionsOf(shop: WebhookShop): Promise<number> {
  const server = shop.app.getHttpServer();
  return promisify<number>((done) => server.getConnections(done))();
}
