import { tracingChannel } from 'node:diagnostics_channel';
import type { FakeOttu } from 'nestjs-ottu-cards/testing';
import type { OttuWebhookTrace } from 'nestjs-ottu-cards/webhooks';
import { closeAll, closeWithTest, startFake } from '../support/application.js';
import { eventually } from '../support/eventually.js';
import { WebhookShop } from '../support/webhook-shop.js';

// What subscribers of `nestjs-ottu-cards:webhook` hear. That they hear nothing else is checked in every suite.
const customerId = 'customer-1';
let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

/** Each event with the context as it was then. */
function listen(): { name: string; trace: OttuWebhookTrace }[] {
  const heard: { name: string; trace: OttuWebhookTrace }[] = [];
  const channel = tracingChannel<unknown, OttuWebhookTrace>('nestjs-ottu-cards:webhook');
  const on = (name: string) => (trace: unknown) => void heard.push({ name, trace: { ...(trace as OttuWebhookTrace) } });
  const subscribers = {
    start: on('start'),
    end: on('end'),
    error: on('error'),
    asyncStart: on('asyncStart'),
    asyncEnd: on('asyncEnd'),
  };
  channel.subscribe(subscribers);
  closeWithTest(async () => channel.unsubscribe(subscribers));
  return heard;
}

it('each call of a method is published, with its attempt and its outcome', async () => {
  const shop = await WebhookShop.start({ fake, handles: 'both' });
  const heard = listen();
  shop.inbox.payments.acts = [
    () => {
      throw new Error('the database is away');
    },
  ];
  await fake.pay({ customerId, scheme: 'standard', ...shop.payment });
  await eventually(() => shop.inbox.events.length, 1);
  const ends = heard.filter(({ name }) => name === 'asyncEnd').map(({ trace }) => trace);
  const trace = { scheme: 'standard', result: 'success' };
  expect(ends.filter(({ method }) => method === 'onPayment')).toEqual([
    { ...trace, method: 'onPayment', attempts: 1, outcome: 'failed' },
    { ...trace, method: 'onPayment', attempts: 2, outcome: 'handled' },
  ]);
  expect(ends.filter(({ method }) => method === 'onSavedCard')).toEqual([
    { ...trace, method: 'onSavedCard', attempts: 1, outcome: 'handled' },
  ]);
  expect(heard.filter(({ name }) => name === 'error')).toHaveLength(1);
  expect(heard.find(({ name }) => name === 'start')?.trace).not.toHaveProperty('outcome');
});

it('a result that is no word of Ottu’s is not shown', async () => {
  const shop = await WebhookShop.start({ fake, handles: 'payments' });
  const heard = listen();
  await fake.pay({ customerId, result: 'paid by Jane Doe', ...shop.payment });
  expect(heard.map(({ trace }) => trace.result)).toContain('other');
  expect(JSON.stringify(heard)).not.toContain('Jane');
});
