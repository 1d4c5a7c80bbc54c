import type { NestInterceptor } from '@nestjs/common';
import { aCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { signWebhook } from 'nestjs-ottu-cards/webhooks';
import { closeAll, startFake } from '../support/application.js';
import { HMAC_KEY, WebhookShop } from '../support/webhook-shop.js';

const customerId = 'customer-1';
let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

describe.each(['standard', 'subscription'] as const)('a %s webhook', (scheme) => {
  // Under the subscription scheme a plain text of a token is not signed.
  it.each((['whole', 'partial', 'text'] as const).filter((form) => scheme === 'standard' || form !== 'text'))(
    'with a token as %s hands on the card as Ottu lists it',
    async (tokenForm) => {
      const shop = await WebhookShop.start({ fake });
      const { card } = await fake.pay({ customerId, scheme, tokenForm, ...shop.payment });
      expect(shop.inbox.events).toEqual([
        {
          id: expect.stringMatching(/^[0-9a-f]{64}$/),
          scheme,
          result: 'success',
          state: 'paid',
          card: { id: expect.any(String), ...card },
          signed: expect.objectContaining({ result: 'success', state: 'paid', amount: '10.000' }),
          claims: expect.objectContaining({ customerId, isSandbox: true }),
        },
      ]);
    },
  );

  it.each(['one_off', 'auto_debit', 'save_card', 'auto_pay', 'a type of tomorrow'])(
    'of a payment of type %s is handed on',
    async (paymentType) => {
      const shop = await WebhookShop.start({ fake });
      await fake.pay({ customerId, scheme, paymentType, ...shop.payment });
      const [event] = shop.inbox.events;
      expect(event?.signed.paymentType ?? event?.claims['paymentType']).toBe(paymentType);
    },
  );

  it.each(['failed', 'pending', 'canceled', 'error', 'cod'])(
    'with result %s is answered 200 and ignored',
    async (result) => {
      const shop = await WebhookShop.start({ fake });
      const { deliveries } = await fake.pay({ customerId, scheme, result, ...shop.payment });
      expect(deliveries).toMatchObject([{ status: 200 }]);
      expect([shop.inbox.calls, fake.received]).toEqual([[], []]);
    },
  );

  it.each(['failed', 'pending'])('with an old card and result %s asks Ottu nothing', async (result) => {
    const shop = await WebhookShop.start({ fake });
    const old = fake.save(aCard({ customerId }));
    const { webhook } = await fake.pay({ customerId, scheme, result, with: old, ...shop.payment });
    expect(webhook['token']).toBeDefined();
    expect([shop.inbox.calls, fake.received]).toEqual([[], []]);
  });

  it('without a token is answered 200 and ignored', async () => {
    const shop = await WebhookShop.start({ fake });
    const { deliveries } = await fake.pay({ customerId, scheme, saveCard: false, ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 200 }]);
    expect([shop.inbox.calls, fake.received]).toEqual([[], []]);
  });
});

it.each([
  ['a numeric token', { token: 5, customer_id: customerId }],
  ['a token with a slash', { token: '../payment-methods', customer_id: customerId }],
  ['a list of tokens', { token: ['tok-1'], customer_id: customerId }],
  ['no customer', { token: 'tok-1' }],
  ['a numeric customer', { token: 'tok-1', customer_id: 1 }],
])('answers 200 to a genuine webhook with %s, tells of it, and asks Ottu nothing', async (_name, body) => {
  const shop = await WebhookShop.start({ fake });
  const payload = { result: 'success', ...body };
  const signature = signWebhook({ payload, hmacKey: HMAC_KEY, scheme: 'standard' });
  expect(await shop.post({ ...payload, signature })).toEqual({ status: 200, body: '' });
  expect([shop.inbox.calls, fake.received]).toEqual([[], []]);
  expect(shop.inbox.log).toContainEqual(expect.stringMatching(/^(?:Ignored|Dropped) a/));
});

it('claims nothing that is signed, at any depth, and leaves the parsed body as it came', async () => {
  const bodies: unknown[] = [];
  const look: NestInterceptor = {
    intercept: (context, next) => {
      bodies.push(context.switchToHttp().getRequest<{ body: unknown }>().body);
      return next.handle();
    },
  };
  const shop = await WebhookShop.start({ fake, configure: (app) => app.useGlobalInterceptors(look) });
  const { webhook, card } = await fake.pay({ customerId, ...shop.payment });
  expect(shop.inbox.events[0]?.claims).toMatchObject({ extra: {}, token: { brand: card?.brand } });
  const { token } = Object(shop.inbox.events[0]?.claims);
  expect(Object.keys(Object(token)).toSorted()).toEqual(['agreements', 'brand', 'number']);
  expect(bodies).toEqual([webhook]);
});

it('keeps an agreement with the card', async () => {
  const shop = await WebhookShop.start({ fake });
  await fake.pay({ customerId, agreement: 'AGREEMENT-1', ...shop.payment });
  expect(shop.inbox.events).toMatchObject([
    { card: { agreements: ['AGREEMENT-1'] }, signed: { agreement: { id: 'AGREEMENT-1' } } },
  ]);
});

it('looks a second time for a card that Ottu does not list yet', async () => {
  const shop = await WebhookShop.start({ fake });
  fake.next({ body: [] });
  const { deliveries } = await fake.pay({ customerId, ...shop.payment });
  expect(deliveries).toMatchObject([{ status: 200 }]);
  expect([shop.inbox.events.length, fake.received.length]).toEqual([1, 2]);
});

it("answers 200 to a card that is not in the customer's list, tells of it, and asks for it no more", async () => {
  const shop = await WebhookShop.start({ fake });
  fake.always({ body: [] });
  const { deliveries, webhook } = await fake.pay({ customerId, ...shop.payment });
  expect(deliveries).toMatchObject([{ status: 200 }]);
  expect(await shop.post(webhook)).toEqual({ status: 200, body: '' });
  expect([shop.inbox.calls, shop.inbox.undelivered, fake.received.length]).toEqual([[], [], 2]);
  expect(shop.inbox.log).toContain('Dropped a saved card: Ottu lists no such card for its customer. OttuWebhooks');
});

it('takes either of two keys while one is being replaced', async () => {
  const shop = await WebhookShop.start({ fake, hmacKey: ['obviously-false-old-key', HMAC_KEY] });
  await fake.pay({ customerId, ...shop.payment });
  await fake.pay({ customerId, ...shop.payment, hmacKey: 'obviously-false-old-key' });
  const forged = await fake.pay({ customerId, ...shop.payment, hmacKey: 'obviously-false-third-key' });
  expect([shop.inbox.events.length, forged.deliveries[0]?.status]).toEqual([2, 401]);
});

it('confirms with the merchant that `cards` names, and logs its name', async () => {
  const kuwait = await startFake();
  kuwait.save(aCard({ customerId, token: 'tok-kuwait' }));
  const { OttuCardsModule } = await import('nestjs-ottu-cards');
  const imports = [OttuCardsModule.forRoot({ ...kuwait.options, name: 'kuwait' })];
  const shop = await WebhookShop.start({ fake, cards: 'kuwait', imports });
  await fake.pay({ customerId, card: { token: 'tok-kuwait' }, ...shop.payment });
  expect([shop.inbox.events.length, fake.received.length, kuwait.received.length]).toEqual([1, 0, 1]);
  await fake.pay({ customerId, ...shop.payment, hmacKey: 'obviously-false-other-key' });
  expect(shop.inbox.log).toContainEqual(expect.stringMatching(/^Refused a webhook: .* OttuWebhooks kuwait$/));
});
