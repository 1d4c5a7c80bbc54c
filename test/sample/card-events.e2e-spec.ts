import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { closeAll, closeWithTest } from '../support/application.js';
import { eventually } from '../support/eventually.js';
import { leaksIn } from '../support/leaks.js';
import { answer, firstCard, signIn, startSample, statusUnderHost, visit } from './sample.js';

afterEach(closeAll);

/** Obviously false, in the shape of a private key. */
const REAL = { OTTU_API_KEY: 'testtest.11111111111111111111111111111111', OTTU_ENV: 'sandbox' };

/** A customer's open stream: what has come so far, and all of it once the shop closes. */
async function openEvents(
  url: string,
  cookie: string,
): Promise<{ response: Response; soFar: () => string; ended: Promise<string> }> {
  const aborted = new AbortController();
  closeWithTest(async () => aborted.abort());
  const response = await fetch(`${url}/wallet/events`, { headers: { cookie }, signal: aborted.signal });
  let received = '';
  const read = async (): Promise<string> => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) received += chunk;
    return received;
  };
  const ended = read();
  ended.catch(() => undefined); // a test that ended before
  return { response, soFar: () => received, ended };
}

const send = (url: string, customer: string, kind: string, scheme = 'standard'): Promise<unknown> =>
  answer(`${url}/dev/webhooks`, 'POST', { body: { customer, kind, scheme } });

/** Each event of a stream, in order. */
function eventsIn(stream: string): { event: string; data: string }[] {
  return [...stream.matchAll(/^event: (.*)\n(?:id: .*\n)?data: (.*)$/gm)].map(([, event = '', data = '']) => ({
    event,
    data,
  }));
}

describe('the events of a customer', () => {
  it.each(['', 'shop-session=demo-omar'])('are nobody’s with the cookie "%s"', async (cookie) => {
    const { url } = await startSample();
    const { status, headers } = await visit(`${url}/wallet/events`, 'GET', { cookie });
    expect(status).toBe(401);
    expect(headers.get('content-type')).not.toContain('event-stream');
  });

  it('tell their own changes, without a card, a token or a person, and end when the shop does', async () => {
    const { url, process: shop, output } = await startSample();
    const [omars, laylas] = [await signIn(url, 'omar'), await signIn(url, 'layla')];
    const [omar, layla] = [await openEvents(url, omars), await openEvents(url, laylas)];
    expect(omar.response.headers.get('content-type')).toBe('text/event-stream');
    expect(omar.response.headers.get('cache-control')).toContain('no-store');

    await expect(send(url, 'omar', 'genuine', 'standard')).resolves.toEqual({ deliveries: [200] });
    await expect(send(url, 'omar', 'genuine', 'subscription')).resolves.toEqual({ deliveries: [200] });
    await expect(send(url, 'omar', 'doubled')).resolves.toEqual({ deliveries: [200, 200] });
    await expect(send(url, 'omar', 'forged')).resolves.toEqual({ deliveries: [401] });
    const cards = JSON.parse(await (await visit(`${url}/wallet/cards`, 'GET', { cookie: omars })).text());
    expect(cards).toHaveLength(5);

    await eventually(() => eventsIn(omar.soFar()).length, 4, 10_000); // a card is confirmed after its payment is answered
    shop.kill('SIGTERM');
    if (shop.signalCode === null) await once(shop, 'exit');
    const stream = await omar.ended;
    const changed = { event: 'cards', data: 'changed' };
    const session = { event: 'session', data: omar.response.headers.get('shop-session') };
    expect(eventsIn(stream)).toEqual([session, changed, changed, changed]);
    expect(eventsIn(await layla.ended)).toEqual([{ event: 'session', data: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
    const secrets = { customerId: 'demo-omar', cardId: cards.at(-1).id, hmacKey: 'an-obviously-false-hmac-key' };
    expect(leaksIn({ stream, output: output() }, { ...secrets, nameOnCard: 'OMAR NASSER' })).toEqual([]);
    expect(stream).not.toMatch(/omar|tok-/i);
  });
});

it('tell of a deleted card, and of no card that could not be deleted', async () => {
  const { url, process: shop } = await startSample();
  const [omars, laylas] = [await signIn(url, 'omar'), await signIn(url, 'layla')];
  const { ended } = await openEvents(url, omars);
  const laylasCard = await firstCard(url, laylas);
  expect((await visit(laylasCard, 'DELETE', { cookie: omars })).status).toBe(404);
  expect((await visit(laylasCard, 'DELETE', { cookie: laylas })).status).toBe(204);
  expect((await visit(await firstCard(url, omars), 'DELETE', { cookie: omars })).status).toBe(204);
  shop.kill('SIGTERM');
  expect(eventsIn(await ended).map(({ event }) => event)).toEqual(['session', 'cards']);
});

it('do not hold a shop that closes', async () => {
  const { url, process: shop } = await startSample();
  const agent = new Agent({ keepAlive: true });
  closeWithTest(async () => agent.destroy());
  const [response] = await once(
    get(`${url}/wallet/events`, { agent, headers: { cookie: await signIn(url, 'omar') } }),
    'response',
  );
  response.resume();
  const start = performance.now();
  shop.kill('SIGTERM');
  await once(shop, 'exit');
  expect(performance.now() - start).toBeLessThan(2_000); // Node keeps an idle connection for five seconds
});

describe('the endpoint that Ottu posts to', () => {
  const post = async (url: string): Promise<number> => (await visit(url, 'POST', { body: {}, headers: {} })).status;

  it('asks for a signature, and for no session, page or name of this machine', async () => {
    const { url } = await startSample();
    expect(await post(`${url}/webhooks/ottu`)).toBe(401);
    expect(await statusUnderHost(`${url}/webhooks/ottu`, 'tunnel.example', 'POST')).toBe(401);
    expect(await statusUnderHost(`${url}/session`, 'tunnel.example', 'POST')).toBe(421);
    expect(JSON.stringify(await answer(`${url}/docs-json`))).not.toContain('webhooks');
  });

  it('is there beside a real Ottu with an HMAC key alone, and without what pays at the fake', async () => {
    const [without, withKey] = [
      await startSample(REAL),
      await startSample({ ...REAL, OTTU_HMAC_KEY: 'obviously-false' }),
    ];
    expect(await statusUnderHost(`${without.url}/webhooks/ottu`, '127.0.0.1', 'POST')).toBe(404);
    expect(await post(`${withKey.url}/webhooks/ottu`)).toBe(401);
    expect((await visit(`${withKey.url}/dev/pay.html`)).status).toBe(404);
    expect((await visit(`${withKey.url}/dev/webhooks`, 'POST', { body: {} })).status).toBe(404);
  });
});

describe('the payment page of the fake', () => {
  it('pays for who is signed in, and for nobody else', async () => {
    const { url } = await startSample();
    const body = { brand: 'VISA', last4: '4242', saveCard: true };
    expect((await visit(`${url}/dev/payments`, 'POST', { body })).status).toBe(401);
    const cookie = await signIn(url, 'sara');
    await expect(answer(`${url}/dev/payments`, 'POST', { body, cookie })).resolves.toEqual({
      deliveries: [200],
    });
    const cards = await answer(`${url}/wallet/cards`, 'GET', { cookie });
    expect(cards).toMatchObject([{ brand: 'VISA', last4: '4242', nameOnCard: 'SARA KHALIL' }]);
    const whole = { ...body, last4: '4242424242424242' };
    expect((await visit(`${url}/dev/payments`, 'POST', { body: whole, cookie })).status).toBe(400);
  });
});
