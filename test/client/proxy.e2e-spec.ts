import { OttuCardsModule, UserCardsService } from 'nestjs-ottu-cards';
import { aCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, startContext, startFake } from '../support/application.js';
import { startConnectProxy } from '../support/connect-proxy.js';
import { CANARIES, leaksOf } from '../support/leaks.js';

let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

async function serviceThrough(proxy: string): Promise<UserCardsService> {
  const options = { ...fake.options, proxy, maxRetries: 0, timeoutMs: 2_000 };
  return (await startContext({ imports: [OttuCardsModule.forRoot(options)] })).get(UserCardsService);
}

it('sends every call through a tunnel, and keeps the tunnel for the next', async () => {
  const proxy = await startConnectProxy();
  const cards = await serviceThrough(proxy.url);
  const card = fake.save(aCard());

  await expect(cards.list({ customerId: 'customer-1' })).resolves.toMatchObject([card]);
  await new Promise((resolve) => setImmediate(resolve)); // a socket is free a moment after its answer
  await cards.delete(card);

  expect(proxy.tunnels).toEqual([{ target: new URL(fake.url).host, authorization: undefined }]);
  expect(fake.received.map(({ method, target }) => `${method} ${target}`)).toEqual([
    'POST /b/pbl/v2/card/',
    `DELETE /b/pbl/v2/card/${card.token}/?customer_id=customer-1&type=sandbox`,
  ]);
  expect(fake.received[0]?.headers).not.toHaveProperty('proxy-authorization');
});

it('shows the proxy its own credentials, and never the key', async () => {
  const proxy = await startConnectProxy();
  const cards = await serviceThrough(proxy.url.replace('//', '//user:p%40ss@'));
  await cards.list({ customerId: 'customer-1' });

  expect(proxy.tunnels[0]?.authorization).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`);
});

it('keeps the caps and the refusal of redirects', async () => {
  const proxy = await startConnectProxy();
  const cards = await serviceThrough(proxy.url);

  fake.next({ status: 307, headers: { location: `${fake.url}/elsewhere` } });
  await expect(cards.list({ customerId: 'customer-1' })).rejects.toThrow('it is a redirect, which is never followed');
  fake.next({ status: 200, body: `[${' '.repeat(2 ** 20)}]` });
  await expect(cards.list({ customerId: 'customer-1' })).rejects.toThrow('it is larger than 1 MiB');
  expect(fake.received.map(({ target }) => target)).toEqual(['/b/pbl/v2/card/', '/b/pbl/v2/card/']);
});

it.each([
  ['that refuses', () => startConnectProxy('refuse').then(({ url }) => url)],
  ['that is not there', () => Promise.resolve('http://127.0.0.1:9')],
])('a proxy %s is no connection, and nothing was sent', async (_what, start) => {
  const cards = await serviceThrough((await start()).replace('//', `//user:${encodeURIComponent(CANARIES.hmacKey)}@`));
  const error: unknown = await cards
    .delete({ customerId: CANARIES.customerId, token: CANARIES.token })
    .catch((e: unknown) => e);

  expect(error).toMatchObject({ name: 'OttuUnavailableError' });
  await expect(leaksOf(error)).resolves.toEqual([]);
  expect(fake.received).toEqual([]);
});
