import fc from 'fast-check';
import { aCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { signWebhook, verifyWebhook } from 'nestjs-ottu-cards/webhooks';
import { closeAll, startFake } from '../support/application.js';
import { HMAC_KEY, WebhookShop } from '../support/webhook-shop.js';
import { runs } from '../support/property.js';

// What a signature covers, and what it does not: these tests are the documentation of the hole. The forger of each has
// one genuine webhook in hand and no key.
const [payer, victim] = ['customer-payer', 'customer-victim'];
let fake: FakeOttu;
let shop: WebhookShop;

beforeEach(async () => {
  fake = await startFake();
  shop = await WebhookShop.start({ fake });
});
afterEach(closeAll);

describe('in the standard scheme', () => {
  const scheme = 'standard';

  it('neither card nor customer is signed: both can be swapped, so only a card that Ottu lists is believed', async () => {
    const { deliveries } = await fake.pay({
      customerId: payer,
      scheme,
      alter: (it) => ({ ...it, token: { token: 'tok-forged', customer_id: victim } }),
      ...shop.payment,
    });
    expect(deliveries).toMatchObject([{ status: 200 }]);
    expect(shop.inbox.calls).toEqual([]);
  });

  it("a card of somebody else's can be put into it, and is handed on as what it is: that customer's own", async () => {
    const card = fake.save(aCard({ customerId: victim }));
    const alter = (it: object) => ({ ...it, token: card.token, customer_id: victim });
    await fake.pay({ customerId: payer, scheme, alter, ...shop.payment });
    expect(shop.inbox.events.map((event) => event.card)).toMatchObject([{ token: card.token, customerId: victim }]);
  });

  it('the order cannot be swapped, also by a payer who is called like a field', async () => {
    const payments = await WebhookShop.start({ fake, handles: 'payments' });
    const paid = {
      gateway_name: 'mpgs',
      order_no: 'ORDER-1',
      reference_number: 'R1',
      result: 'success',
      state: 'paid',
    };
    const payload = { amount: '10.000', customer_last_name: 'Xorder_noORDER-2reference_number', ...paid };
    const signature = signWebhook({ payload, hmacKey: HMAC_KEY, scheme: 'standard' });
    const moved = { order_no: 'ORDER-2', reference_number: 'gateway_namempgsorder_noORDER-1reference_numberR1' };
    const { gateway_name: _, ...rest } = paid;
    const forged = { amount: '10.000', customer_last_name: 'X', ...rest, ...moved };
    expect(verifyWebhook({ payload: { ...forged, signature }, hmacKey: HMAC_KEY })).toBe('standard');
    for (const body of [payload, forged]) expect((await payments.post({ ...body, signature })).status).toBe(401);
    expect(payments.inbox.payments.calls).toEqual([]);
  });

  it("a card that is the victim's never becomes the payer's", async () => {
    const card = fake.save(aCard({ customerId: victim }));
    const alter = (it: object) => ({ ...it, token: { token: card.token, customer_id: payer } });
    await fake.pay({ customerId: payer, scheme, alter, ...shop.payment });
    expect(shop.inbox.calls).toEqual([]);
  });

  it('payment type, session and agreement are claims', async () => {
    await fake.pay({ customerId: payer, scheme, agreement: 'AGREEMENT-1', ...shop.payment });
    const [event] = shop.inbox.events;
    expect(event?.signed).toMatchObject({
      agreement: { id: undefined },
      extra: { merchantId: undefined },
      paymentType: undefined,
      sessionId: undefined,
      token: { token: undefined, customerId: undefined, pgCode: undefined },
    });
    expect(event?.claims).toMatchObject({
      agreement: { id: 'AGREEMENT-1' },
      paymentType: 'one_off',
      sessionId: expect.any(String),
    });
  });
});

describe('in the subscription scheme', () => {
  it.each([
    ['token', { token: { token: 'tok-forged' } }],
    ['customer of the token', { token: { customer_id: victim } }],
    ['payment type', { payment_type: 'forged' }],
    ['session', { session_id: 'forged' }],
    ['agreement', { agreement: { id: 'forged' } }],
  ])('the %s is signed', async (_name, change) => {
    const alter = (it: object) => merged(it, change);
    const { deliveries } = await fake.pay({ customerId: payer, alter, ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 401 }]);
    expect(shop.inbox.calls).toEqual([]);
  });

  it('the top-level customer is not, and neither is a token that is a plain text: they name no card', async () => {
    const alter = (it: object) => ({ ...it, customer_id: victim });
    await fake.pay({ customerId: payer, alter, ...shop.payment });
    expect(shop.inbox.events).toMatchObject([
      { card: { customerId: payer }, signed: { token: { customerId: payer } }, claims: { customerId: victim } },
    ]);
    fake.received.length = 0;
    const card = fake.save(aCard({ customerId: victim }));
    const plain = (it: object) => ({ ...it, token: card.token, customer_id: victim });
    const unsigned = await fake.pay({ customerId: payer, saveCard: false, alter: plain, ...shop.payment });
    expect(unsigned.deliveries).toMatchObject([{ status: 200 }]);
    expect([shop.inbox.calls.length, fake.received]).toEqual([1, []]);
  });
});

describe.each(['standard', 'subscription'] as const)('in the %s scheme', (scheme) => {
  it('whatever else is added or changed breaks no signature, and is handed on as a claim only', async () => {
    const unsigned = fc.constantFrom(
      'customer_id',
      'is_sandbox',
      'timestamp_utc',
      'amount_details',
      'order_no_2',
      'fees',
    );
    const forgery = fc.dictionary(unsigned, fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 });
    await fc.assert(
      fc.asyncProperty(forgery, async (forged) => {
        shop.inbox.events.length = 0;
        fake.reset(); // a list of more than 500 cards is refused
        const honest = await fake.pay({ customerId: payer, scheme, ...shop.payment });
        const twisted = await fake.pay({
          customerId: payer,
          scheme,
          alter: (it) => ({ ...it, ...forged }),
          ...shop.payment,
        });
        expect(twisted.deliveries).toMatchObject([{ status: 200 }]);
        const [first, second] = shop.inbox.events;
        expect([first?.card, second?.card]).toMatchObject([{ ...honest.card }, { ...twisted.card }]);
        for (const [path, value] of leaves(second?.signed)) expect(value).toBe(at(twisted.webhook, path));
        const handedOn = withoutProto(forged);
        for (const [name, value] of Object.entries(handedOn)) expect(second?.claims[camelCase(name)]).toEqual(value);
      }),
      { numRuns: runs(25) },
    );
  });

  it('the signature itself is handed on to nobody', async () => {
    const { webhook } = await fake.pay({ customerId: payer, scheme, ...shop.payment });
    expect(JSON.stringify(shop.inbox.events)).not.toContain(webhook['signature']);
  });

  it('keys that mean something to JavaScript pollute nothing', async () => {
    const { deliveries } = await fake.pay({ customerId: payer, scheme, alter: polluting, ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 200 }]);
    expect(shop.inbox.events).toHaveLength(1);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

function polluting(webhook: object): Record<string, unknown> {
  return { ...webhook, ...(JSON.parse('{"__proto__":{"polluted":1},"constructor":{"polluted":1}}') as object) };
}

/** As a claim: -0 does not travel in JSON, and an own `__proto__` is taken out at every depth. */
function withoutProto(forged: object): object {
  const dropProto = (name: string, value: unknown): unknown => (name === '__proto__' ? undefined : value);
  return JSON.parse(JSON.stringify(forged), dropProto) as object;
}

/** `['token.pg_code', 'credit-card']` for each text in it. */
function leaves(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path.slice(1), value]];
  return Object.entries(value ?? {}).flatMap(([name, child]) =>
    leaves(child, `${path}.${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`),
  );
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce((it, name) => new Map<string, unknown>(Object.entries(it ?? {})).get(name), value);
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Changes fields of a token or an agreement and leaves the others. */
function merged(webhook: object, change: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = Object.entries(change).map(([name, value]) => [
    name,
    typeof value === 'object' ? { ...(at(webhook, name) as object), ...value } : value,
  ]);
  return { ...webhook, ...Object.fromEntries(fields) };
}
