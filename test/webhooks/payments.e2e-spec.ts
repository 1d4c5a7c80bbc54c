import { aCard, type FakeOttu, type FakeWebhook } from 'nestjs-ottu-cards/testing';
import { signWebhook } from 'nestjs-ottu-cards/webhooks';
import { closeAll, startFake } from '../support/application.js';
import { eventually } from '../support/eventually.js';
import { HMAC_KEY, type ShopSetup, WebhookShop } from '../support/webhook-shop.js';

// Ottu has one webhook_url for a session: whoever uses it for cards hears of every payment there.
const customerId = 'customer-1';
let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

const start = (setup: Partial<ShopSetup> = {}) => WebhookShop.start({ fake, handles: 'both', ...setup });
const fail = () => {
  throw new Error('the database is away');
};

/** A webhook with exactly these fields, signed. */
function signed(payload: FakeWebhook, scheme: 'standard' | 'subscription' = 'standard'): FakeWebhook {
  return { ...payload, signature: signWebhook({ payload, hmacKey: HMAC_KEY, scheme }) };
}

describe.each(['standard', 'subscription'] as const)('onPayment, in the %s scheme', (scheme) => {
  it.each(['success', 'failed', 'pending', 'canceled', 'error', 'cod', 'some_day'])(
    'hears of a payment with result %s',
    async (result) => {
      const shop = await start();
      const { deliveries } = await fake.pay({ customerId, scheme, result, saveCard: false, ...shop.payment });
      expect(deliveries).toEqual([{ outcome: 'answered', status: 200, body: '' }]);
      const state = result === 'success' ? 'paid' : result;
      expect(shop.inbox.payments.events).toEqual([
        {
          id: expect.stringMatching(/^[0-9a-f]{64}$/),
          scheme,
          result,
          state,
          signed: expect.objectContaining({ result, state, amount: '10.000' }),
          claims: expect.objectContaining({ customerId, isSandbox: true }),
        },
      ]);
      expect([shop.inbox.calls, fake.received]).toEqual([[], []]);
    },
  );

  it('hears of a payment with a card too, besides onSavedCard', async () => {
    const shop = await start();
    const { card } = await fake.pay({ customerId, scheme, ...shop.payment });
    await eventually(() => shop.inbox.events.length, 1);
    const [payment] = shop.inbox.payments.events;
    expect(shop.inbox.events).toEqual([{ ...payment, card: expect.objectContaining(card) }]);
  });
});

describe('a handler of payments alone', () => {
  it('needs no OttuCardsModule and never asks Ottu', async () => {
    const shop = await start({ handles: 'payments', withCards: false });
    const { deliveries } = await fake.pay({ customerId, ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 200 }]);
    expect(shop.inbox.payments.events).toMatchObject([{ result: 'success' }]);
    expect(fake.received).toEqual([]);
  });

  it('never asks Ottu beside an OttuCardsModule either', async () => {
    const shop = await start({ handles: 'payments' });
    await fake.pay({ customerId, ...shop.payment });
    expect([shop.inbox.payments.events.length, fake.received]).toEqual([1, []]);
  });
});

describe('the two methods are separate work', () => {
  it('the answer is 200 once the payment is done, whatever becomes of the card', async () => {
    const shop = await start();
    shop.inbox.always = fail;
    const { deliveries } = await fake.pay({ customerId, ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 200 }]);
    await eventually(() => shop.inbox.undelivered.length, 1);
    expect(shop.inbox.undelivered).toMatchObject([{ method: 'onSavedCard', reason: 'handler' }]);
    expect([shop.inbox.payments.calls.length, shop.inbox.calls.length]).toEqual([1, 4]);
  });

  it('the answer is 500 while the payment is not done, though the card is', async () => {
    const shop = await start();
    shop.inbox.payments.always = fail;
    const { deliveries } = await fake.pay({ customerId, ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 500 }]);
    await eventually(() => shop.inbox.events.length, 1);
    expect(shop.inbox.undelivered).toMatchObject([{ method: 'onPayment', reason: 'handler' }]);
    expect(shop.inbox.undelivered[0]?.event).not.toHaveProperty('card');
    expect([shop.inbox.payments.calls.length, shop.inbox.calls.length]).toEqual([4, 1]);
  });

  it('a repeat calls only what is not done yet', async () => {
    const shop = await start();
    shop.inbox.acts = [fail, fail, fail, fail];
    const { webhook } = await fake.pay({ customerId, ...shop.payment });
    await eventually(() => shop.inbox.undelivered.length, 1);
    await shop.post(webhook);
    await eventually(() => shop.inbox.events.length, 1);
    await shop.post(webhook);
    expect([shop.inbox.payments.calls.length, shop.inbox.calls.length]).toEqual([1, 5]);
  });

  it('onPayment runs while Ottu is down', async () => {
    const shop = await start();
    fake.always({ status: 503 });
    const { deliveries } = await fake.pay({ customerId, ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 200 }]);
    expect(shop.inbox.payments.events).toHaveLength(1);
    await eventually(() => shop.inbox.undelivered.length, 1);
    expect(shop.inbox.undelivered).toMatchObject([{ method: 'onSavedCard', reason: 'confirmation' }]);
  });

  it('a card that Ottu does not list is logged and dropped; the payment is handed on', async () => {
    const shop = await start();
    fake.always({ body: [] });
    const { deliveries } = await fake.pay({ customerId, ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 200 }]);
    expect(shop.inbox.payments.events).toHaveLength(1);
    await eventually(() => fake.received.length, 2);
    await eventually(() => shop.inbox.log.some((line) => line.startsWith('Dropped a saved card')), true);
    expect([shop.inbox.calls, shop.inbox.undelivered]).toEqual([[], []]);
  });
});

describe('the id of an event', () => {
  it('is of the signature where an order or a reference is signed: another session is the same event', async () => {
    for (const named of [{ order_no: 'ORDER-1' }, { reference_number: 'sandbox1' }]) {
      const shop = await start();
      const webhook = signed({ result: 'failed', state: 'failed', amount: '1', ...named });
      for (const session_id of ['a', 'b', 'c', 'd']) await shop.post({ ...webhook, session_id });
      expect(shop.inbox.payments.calls).toHaveLength(1);
    }
  });

  it('is of the session too where neither is signed, and three sessions of one signature are handed on', async () => {
    const shop = await start();
    const webhook = signed({ result: 'failed', state: 'failed', amount: '1' });
    for (const session_id of ['a', 'b', 'a', 'c', 'b', 'd', 'e']) {
      expect(await shop.post({ ...webhook, session_id })).toEqual({ status: 200, body: '' });
    }
    expect(shop.inbox.payments.calls.map(({ claims }) => claims['sessionId'])).toEqual(['a', 'b', 'c']);
    expect(new Set(shop.inbox.payments.calls.map(({ id }) => id)).size).toBe(3);
    expect(shop.inbox.log.filter((line) => line.startsWith('Ignored a webhook: its signature'))).toHaveLength(2);
  });

  it('holds neither the signature nor the session', async () => {
    const shop = await start();
    const webhook = signed({ result: 'failed', state: 'failed', amount: '1' });
    await shop.post({ ...webhook, session_id: 'obviously-false-session' });
    const [event] = shop.inbox.payments.calls;
    expect(event?.id).not.toBe(webhook['signature']);
    expect(event?.id).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('a claimed card of the standard scheme', () => {
  const payment = { customerId, scheme: 'standard' } as const;

  it('that Ottu does not list is asked for once, however often its replay comes', async () => {
    const shop = await start();
    const { webhook } = await fake.pay({ ...payment, saveCard: false, ...shop.payment });
    for (let index = 0; index < 5; index += 1) await shop.post({ ...webhook, token: 'tok-forged' });
    await eventually(() => fake.received.length, 2); // the second look
    await shop.post({ ...webhook, token: 'tok-forged' });
    expect(fake.received).toHaveLength(2);
  });

  it('that is wrong does not swallow the genuine one that comes after it', async () => {
    const shop = await start({ handles: 'cards' });
    const card = fake.save(aCard({ customerId }));
    const { webhook } = await fake.pay({ ...payment, saveCard: false, ...shop.payment });
    for (const token of ['tok-forged-1', 'tok-forged-2']) await shop.post({ ...webhook, token });
    await shop.post({ ...webhook, token: card.token });
    expect(shop.inbox.events).toMatchObject([{ card }]);
  });

  it('ends with the first that Ottu lists: no other is asked for', async () => {
    const shop = await start({ handles: 'cards' });
    const { webhook } = await fake.pay({ ...payment, ...shop.payment });
    const another = fake.save(aCard({ customerId }));
    expect(await shop.post({ ...webhook, token: another.token })).toMatchObject({ status: 200 });
    expect([shop.inbox.events.length, fake.received.length]).toEqual([1, 1]);
  });

  it('is asked for after an outage of Ottu, which uses nothing up', async () => {
    const shop = await start({ handles: 'cards' });
    const card = fake.save(aCard({ customerId }));
    const { webhook } = await fake.pay({ ...payment, saveCard: false, ...shop.payment });
    fake.always({ status: 500 });
    for (const index of [1, 2, 3, 4]) await shop.post({ ...webhook, token: `tok-forged-${index}` });
    fake.always();
    expect(await shop.post({ ...webhook, token: card.token })).toMatchObject({ status: 200 });
    expect(shop.inbox.events).toMatchObject([{ card: { token: card.token } }]);
  });

  it('that Ottu lists stays the only one while its handler fails', async () => {
    const shop = await start({ handles: 'cards' });
    shop.inbox.acts = [fail, fail, fail, fail];
    const { webhook, card } = await fake.pay({ ...payment, ...shop.payment });
    const another = fake.save(aCard({ customerId }));
    await shop.post({ ...webhook, token: another.token });
    expect([shop.inbox.calls.length, fake.received.length]).toEqual([4, 1]);
    await shop.post(webhook);
    expect(shop.inbox.events).toMatchObject([{ card: { token: card?.token } }]);
  });
});

describe('what no signature proves', () => {
  it('a subscription token that is a plain text names no card, whatever customer stands beside it', async () => {
    const victim = fake.save(aCard({ customerId: 'customer-victim' }));
    const genuine = signed({ result: 'success', state: 'paid', order_no: 'ORDER-1' }, 'subscription');
    const forged = { ...genuine, token: victim.token, customer_id: victim.customerId };
    const shop = await start({ handles: 'cards' }); // its answer waits for the card
    expect(await shop.post(forged)).toMatchObject({ status: 200 });
    expect([shop.inbox.calls, fake.received]).toEqual([[], []]);
    const payments = await start({ handles: 'payments' });
    await payments.post(forged);
    expect(payments.inbox.payments.events).toHaveLength(1);
  });

  it('a failed subscription payment is not read as a standard success', async () => {
    const shop = await start();
    const name = 'resultsuccessstatex';
    const genuine = {
      amount: '1',
      order_no: 'ORDER-1',
      result: 'failed',
      state: 'failed',
      token: { customer_id: name },
    };
    const { signature } = signed(genuine, 'subscription');
    const amount = '=1\norder_no=ORDER-1\nresult=failed\nstate=failed\ntoken.customer_id=';
    const answer = await shop.post({ amount, result: 'success', state: 'x', token: 'tok-1', signature });
    expect(answer).toMatchObject({ status: 401 });
    expect(shop.inbox.payments.calls).toEqual([]);
  });

  it('a standard webhook without a signed result is refused', async () => {
    const shop = await start();
    expect(await shop.post(signed({ amount: '1', order_no: 'ORDER-1' }))).toMatchObject({ status: 401 });
    expect(shop.inbox.payments.calls).toEqual([]);
  });

  it('a customer id that is empty is none', async () => {
    const shop = await start({ handles: 'cards' });
    const card = fake.save(aCard({ customerId }));
    const webhook = signed({ result: 'success', state: 'paid', order_no: 'ORDER-1' });
    const token = { token: card.token, customer_id: '' };
    await shop.post({ ...webhook, token, customer_id: customerId });
    expect(shop.inbox.events).toMatchObject([{ card }]);
  });
});

it.each(['express', 'fastify'] as const)('claims on %s have no own __proto__, at no depth', async (platform) => {
  const shop = await start({ platform, handles: 'payments' });
  const webhook = JSON.stringify(signed({ result: 'failed', state: 'failed', order_no: 'ORDER-1' }));
  const proto = '"__proto__":{"isAdmin":true}';
  await shop.post(webhook.replace('{', `{${proto},"extra":{"deep":[{${proto}}]},`));
  for (const { claims } of shop.inbox.payments.events) {
    expect(Reflect.get(Object.assign({}, claims), 'isAdmin')).toBeUndefined();
    expect(JSON.stringify(claims)).not.toContain('isAdmin');
  }
  expect(shop.inbox.payments.events).toHaveLength(platform === 'express' ? 1 : 0); // Fastify refuses such a body
});
