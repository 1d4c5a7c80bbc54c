import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { jest } from '@jest/globals';
import { aCard, FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, startFake } from '../support/application.js';

let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

const CARDS = '/b/pbl/v2/card/';
const WHOSE = 'customer_id=customer-1&type=sandbox';

async function send(method: string, target: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${fake.url}${target}`, {
    method,
    headers: { authorization: `Api-Key ${fake.apiKey}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const answer = await response.text();
  return { status: response.status, body: answer === '' ? undefined : (JSON.parse(answer) as unknown) };
}

/** Sends an address as it is: `fetch` would mend it. */
async function sendRaw(path: string) {
  const headers = { authorization: `Api-Key ${fake.apiKey}`, 'content-type': 'application/json' };
  const request = http.request(fake.url, { method: 'POST', path, headers });
  request.end('{}');
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return { status: response.statusCode, body: JSON.parse(await text(response)) as unknown };
}

const list = (filter: object = {}) => send('POST', CARDS, { type: 'sandbox', customer_id: 'customer-1', ...filter });
const tokens = async (filter?: object) => ((await list(filter)).body as { token: string }[]).map(({ token }) => token);

it.each([
  ['no key', {}, { authorization: '' }],
  ['a wrong key', {}, { authorization: 'Api-Key wrong' }],
  ['a public key', {}, { authorization: 'Api-Key 0123456789abcdef0123456789abcdef01234567' }],
])('answers 401 to %s', async (_what, filter, headers) => {
  await expect(send('POST', CARDS, filter, headers)).resolves.toEqual({
    status: 401,
    body: { detail: 'Authentication credentials were not provided.' },
  });
});

it.each<[what: string, answer: () => Promise<unknown>, status: number, body: unknown]>([
  [
    'a body without fields',
    () => send('POST', CARDS, {}),
    400,
    { customer_id: ['This field is required.'], type: ['This field is required.'] },
  ],
  ['an unknown type', () => list({ type: 'live' }), 400, { type: ['Not a valid choice.'] }],
  ['a numeric customer', () => list({ customer_id: 1 }), 400, { customer_id: ['Not a valid string.'] }],
  ['pg_codes that are no list', () => list({ pg_codes: 'knet' }), 400, { pg_codes: ['Expected a list of items.'] }],
  [
    'what is not JSON',
    () => send('POST', CARDS, '{'),
    400,
    { non_field_errors: ['Invalid data. Expected a dictionary.'] },
  ],
  ['another content type', () => send('POST', CARDS, 'a', { 'content-type': 'text/plain' }), 415, expect.anything()],
  ['the stale GET', () => send('GET', CARDS), 405, { detail: 'Method "GET" not allowed.' }],
  ['a token that cannot be decoded', () => send('DELETE', `${CARDS}%zz/?${WHOSE}`), 404, { detail: 'Not found.' }],
  ['a token that nobody has', () => send('DELETE', `${CARDS}tok/?${WHOSE}`), 404, { detail: 'Not found.' }],
  ['an address with another host in it', () => sendRaw('//evil/b/pbl/v2/card/'), 404, { detail: 'Not found.' }],
  ['another address', () => send('DELETE', '/b/pbl/v2/'), 404, { detail: 'Not found.' }],
  [
    'a delete without customer',
    () => send('DELETE', `${CARDS}tok/?type=sandbox`),
    400,
    { customer_id: ['This field is required.'] },
  ],
  [
    'a delete without type',
    () => send('DELETE', `${CARDS}tok/?customer_id=a`),
    400,
    { type: ['This field is required.'] },
  ],
])('answers %s as Ottu does', async (_what, answer, status, body) => {
  await expect(answer()).resolves.toEqual({ status, body });
});

it.each(['Application/JSON', 'application/json; charset=utf-8'])('takes the content type %s', async (type) => {
  const answer = await send('POST', CARDS, { type: 'sandbox', customer_id: 'a' }, { 'content-type': type });
  expect(answer).toEqual({ status: 200, body: [] });
});

it('gives what it saved, without an id, which Ottu does not know', async () => {
  const whole = aCard();
  const { id, ...card } = whole;
  expect(id).toMatch(/^[\w-]{24}$/);
  expect([fake.save(whole), fake.cardsOf('customer-1')]).toEqual([card, [card]]);
});

describe('cards belong to a customer:', () => {
  const token = '999988887777666';
  const deleteOf = (customer: string) => send('DELETE', `${CARDS}${token}/?customer_id=${customer}&type=sandbox`);

  it('the same token may be saved by two', async () => {
    const cards = ['customer-1', 'customer-2'].map((customerId) => fake.save(aCard({ customerId, token })));
    expect([fake.cardsOf('customer-1'), fake.cardsOf('customer-2')]).toEqual(cards.map((card) => [card]));
    await expect(deleteOf('customer-2')).resolves.toEqual({ status: 204, body: undefined });
    expect([fake.cardsOf('customer-1'), fake.cardsOf('customer-2')]).toEqual([[cards[0]], []]);
    await expect(deleteOf('customer-2')).resolves.toMatchObject({ status: 404 });
  });

  it("saved again, it replaces that customer's card in that env alone", async () => {
    fake.save(aCard({ token, last4: '0001' }));
    fake.save(aCard({ token, last4: '0002' }), 'production');
    fake.save(aCard({ token, last4: '0003' }));
    expect(fake.cardsOf('customer-1').map(({ last4 }) => last4)).toEqual(['0003']);
    expect(fake.cardsOf('customer-1', 'production').map(({ last4 }) => last4)).toEqual(['0002']);
  });
});

it('saves no card for a payment that failed', async () => {
  const payment = { customerId: 'customer-1', webhookUrl: 'http://127.0.0.1:9/hooks', hmacKey: 'obviously-false' };
  const { card, webhook } = await fake.pay({ ...payment, result: 'failed', timeoutMs: 100 });
  expect([card, webhook['token'], fake.cardsOf('customer-1')]).toEqual([undefined, undefined, []]);
});

it('has a sample card that expires this month, counted from one', () => {
  jest.useFakeTimers({ now: Date.parse('2026-01-15T12:00:00Z'), doNotFake: ['nextTick', 'setImmediate'] });
  try {
    const soon = fake.saveSamples('customer-1').find(({ willExpireSoon }) => willExpireSoon);
    expect(soon).toMatchObject({ expiryMonth: '01', expiryYear: '26' });
  } finally {
    jest.useRealTimers();
  }
});

it('keeps sandbox and production cards apart on one host', async () => {
  const [test, real] = [fake.save(aCard()), fake.save(aCard(), 'production')];
  await expect(tokens()).resolves.toEqual([test.token]);
  await expect(tokens({ type: 'production' })).resolves.toEqual([real.token]);
});

it('filters by pg_codes', async () => {
  const [knet, mpgs] = [fake.save(aCard({ pgCode: 'knet' })), fake.save(aCard({ pgCode: 'mpgs' }))];
  await expect(tokens({ pg_codes: ['mpgs'] })).resolves.toEqual([mpgs.token]);
  await expect(tokens({ pg_codes: [] })).resolves.toEqual([knet.token, mpgs.token]);
});

it('gives at most one card of an agreement, the one saved last', async () => {
  fake.save(aCard({ agreements: ['A'] }));
  const last = fake.save(aCard({ agreements: ['A', 'B'] }));
  await expect(tokens({ agreement_id: 'A' })).resolves.toEqual([last.token]);
  await expect(tokens({ agreement_id: 'C' })).resolves.toEqual([]);
});

it('holds a sample card of every kind', async () => {
  fake.saveSamples('customer-1');
  const wire = (await list()).body as Record<string, unknown>[];

  expect(wire.some((card) => card['is_preferred'])).toBe(true);
  expect(wire.some((card) => card['is_expired'])).toBe(true);
  expect(wire.some((card) => card['will_expire_soon'])).toBe(true);
  expect(wire.some((card) => card['brand'] === null && card['number'] === null && !('pg_name' in card))).toBe(true);
  expect(wire.every((card) => 'random_field_1' in card)).toBe(true);
  expect(wire.some((card) => (card['agreements'] as unknown[]).length > 0)).toBe(true);
});

it('records what arrived and what it answered', async () => {
  await list();
  expect(fake.received).toMatchObject([
    {
      method: 'POST',
      target: CARDS,
      body: '{"type":"sandbox","customer_id":"customer-1"}',
      answered: { status: 200, body: '[]' },
    },
  ]);
});

it('answers as scripted, in order, then as always, then as itself', async () => {
  fake.next({ status: 429, headers: { 'retry-after': '1' }, body: { detail: 'Slow down.' } });
  fake.next({ status: 200, body: '[]' });
  fake.always({ status: 503 });
  const statuses = async () => (await list()).status;

  await expect(list()).resolves.toEqual({ status: 429, body: { detail: 'Slow down.' } });
  expect([await statuses(), await statuses(), await statuses()]).toEqual([200, 503, 503]);
  fake.always();
  await expect(statuses()).resolves.toBe(200);
});

it('cuts the connection when told to', async () => {
  fake.next({ hangUp: true });
  await expect(list()).rejects.toThrow('fetch failed');
});

it('forgets everything on reset, and bears being stopped twice', async () => {
  fake.save(aCard());
  fake.next({ status: 500 });
  fake.always({ status: 503 });
  fake.reset();
  await expect(tokens()).resolves.toEqual([]);
  expect(fake.received).toHaveLength(1);
  await fake.stop();
  await fake.stop();
  expect(() => fake.url).toThrow('FakeOttu is not running');
});

it('delays many answers at once, and Node warns of nothing', async () => {
  const warnings: Error[] = [];
  const keep = (warning: Error): void => void warnings.push(warning);
  process.on('warning', keep);
  fake.always({ delayMs: 20 });
  await Promise.all(Array.from({ length: 30 }, list));
  process.off('warning', keep);
  expect(warnings).toEqual([]);
});

it('ends delayed answers when it is stopped', async () => {
  fake.next({ delayMs: 60_000 });
  const answer = list().catch((error: unknown) => error);
  while (fake.received.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await fake.stop();
  await expect(answer).resolves.toMatchObject({ message: 'fetch failed' });
});
