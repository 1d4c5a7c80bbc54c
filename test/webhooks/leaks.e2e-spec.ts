import { inspect } from 'node:util';
import type { FakeOttu, FakePayment } from 'nestjs-ottu-cards/testing';
import { OTTU_WEBHOOKS_OPTIONS, OttuWebhooksModule } from 'nestjs-ottu-cards/webhooks';
import { closeAll, startFake } from '../support/application.js';
import { CANARIES, channelsOf, leaksIn } from '../support/leaks.js';
import { captureOutput } from '../support/output.js';
import { printedProcessor, type ShopSetup, WebhookShop } from '../support/webhook-shop.js';

const { apiKey, hmacKey, token, customerId, nameOnCard, cardNumber } = CANARIES;
let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

type Case = (shop: WebhookShop, payment: FakePayment) => Promise<unknown>;

/** Throws what a driver throws that quotes the row it could not write. */
const quoting = () => {
  throw Object.assign(new Error(`duplicate key (token)=(${token})`), { row: { customerId, nameOnCard, cardNumber } });
};

const cases: [name: string, setup: Partial<ShopSetup>, go: Case][] = [
  ['a card that is saved', {}, (_shop, payment) => fake.pay(payment)],
  ['a forged signature', {}, (_shop, payment) => fake.pay({ ...payment, hmacKey: 'obviously-false-other-key' })],
  ['a missing signature', {}, (_shop, payment) => fake.pay({ ...payment, alter: (it) => ({ ...it, signature: '' }) })],
  ['broken JSON', {}, (shop) => shop.post(`{"customer_id":"${customerId}","token":"${token}"${token}`)],
  [
    'too many bytes',
    {},
    (_shop, payment) => fake.pay({ ...payment, alter: (it) => ({ ...it, x: token.repeat(40_000) }) }),
  ],
  ['an unreadable token', {}, (_shop, payment) => fake.pay({ ...payment, card: { token: `${token}/${customerId}` } })],
  [
    'a card that Ottu does not list',
    {},
    (_shop, payment) => {
      fake.always({ body: [] });
      return fake.pay(payment);
    },
  ],
  [
    'Ottu refusing and quoting',
    { ottu: { apiKey } },
    (_shop, payment) => {
      fake.always({ status: 400, body: { detail: `${customerId} ${token} ${apiKey}`, customer_id: [customerId] } });
      return fake.pay(payment);
    },
  ],
  [
    'Ottu answering with nonsense',
    {},
    (_shop, payment) => {
      fake.always({ body: [{ token, customer_id: customerId, number: cardNumber }] });
      return fake.pay(payment);
    },
  ],
  [
    'a handler that throws what quotes the card',
    {},
    (shop, payment) => {
      shop.inbox.always = quoting;
      return fake.pay(payment);
    },
  ],
  [
    'an onUndelivered that throws the same',
    { onUndelivered: quoting },
    (shop, payment) => {
      shop.inbox.always = quoting;
      return fake.pay(payment);
    },
  ],
  [
    'a handler that hangs',
    { timings: { handlerLimitMs: 30 } },
    (shop, payment) => {
      shop.inbox.always = () => new Promise(() => undefined);
      return fake.pay(payment);
    },
  ],
  [
    'a replay with varied fields',
    {},
    async (shop, payment) => {
      const { webhook } = await fake.pay({ ...payment, scheme: 'standard' });
      const replays = ['a', 'b', 'c', 'd'].map((end) => ({ ...webhook, token: `${token}${end}` }));
      return Promise.all(replays.map((replay) => shop.post(replay)));
    },
  ],
];

describe.each(['express', 'fastify'] as const)('on %s', (platform) => {
  it.each(cases)('%s shows no secret in answer, log or output', async (_name, setup, go) => {
    let log = '';
    let answers: unknown;
    const output = await captureOutput(async () => {
      const shop = await WebhookShop.start({ fake, platform, hmacKey, ...setup });
      const card = { token, nameOnCard, number: cardNumber };
      const outcome = await go(shop, { customerId, card, webhookUrl: shop.webhookUrl, hmacKey });
      answers = outcome && typeof outcome === 'object' && 'deliveries' in outcome ? outcome.deliveries : outcome;
      log = shop.inbox.log.join('\n');
    });
    expect(leaksIn({ log, output, answers: JSON.stringify(answers) })).toEqual([]);
    expect(log).not.toBe('');
  });
});

it('hands errors of ours to onUndelivered that show no secret', async () => {
  const shop = await WebhookShop.start({ fake, hmacKey });
  fake.always({ status: 400, body: { detail: `${customerId} ${token}` } });
  await fake.pay({ customerId, card: { token }, webhookUrl: shop.webhookUrl, hmacKey });
  const [undelivered] = shop.inbox.undelivered;
  expect(undelivered?.reason).toBe('confirmation');
  expect(leaksIn(await channelsOf(undelivered?.error))).toEqual([]);
});

it('prints no key: neither as definition nor as module nor as options nor as what works with them', async () => {
  const print = (value: unknown) => inspect(value, { depth: 12, showHidden: true });
  class Handler {
    onPayment(): void {}
  }
  const definition = OttuWebhooksModule.forRoot({ hmacKey, path: 'webhooks/ottu', handler: Handler });
  const { app } = await WebhookShop.start({ fake, hmacKey });
  const options: unknown = app.get(OTTU_WEBHOOKS_OPTIONS);
  expect(options).toMatchObject({ hmacKey });
  const printed = {
    definition: `${print(definition)} ${JSON.stringify(definition)}`,
    module: print(app.get(OttuWebhooksModule)),
    options: `${print(options)} ${JSON.stringify(options)}`,
    processor: printedProcessor(app),
  };
  expect(printed.processor).toContain('WebhookProcessor');
  expect(leaksIn(printed)).toEqual([]);
});
