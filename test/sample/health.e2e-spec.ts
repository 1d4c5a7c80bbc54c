import { closeAll } from '../support/application.js';
import { type Sample, signIn, startSample, visit } from './sample.js';

let shop: Sample;
beforeAll(async () => {
  shop = await startSample();
});
afterAll(closeAll);

/** What the health check says after a customer has asked for their cards in this mood of the fake. */
async function healthWhenOttuIs(mood: string): Promise<unknown> {
  await visit(`${shop.url}/dev/mood`, 'PUT', { body: { mood } });
  await visit(`${shop.url}/wallet/cards`, 'GET', { cookie: await signIn(shop.url, 'omar') });
  const response = await visit(`${shop.url}/health`);
  return [response.status, await response.json()];
}

describe('the health of the shop', () => {
  const up = [200, { status: 'ok', info: { ottu: { status: 'up' } } }];

  it('is good while Ottu is well, and while Ottu is down, which a restart does not mend', async () => {
    expect(await healthWhenOttuIs('well')).toMatchObject(up);
    expect(await healthWhenOttuIs('down')).toMatchObject(up);
  });

  it('is bad while Ottu refuses the key, and good after that', async () => {
    const down = { ottu: { status: 'down', message: 'OttuAuthError' } };
    expect(await healthWhenOttuIs('refusing')).toMatchObject([503, { status: 'error', error: down }]);
    expect(await healthWhenOttuIs('well')).toMatchObject(up);
  });

  it('asks Ottu nothing', async () => {
    await visit(`${shop.url}/dev/reset`, 'POST');
    await visit(`${shop.url}/health`);
    expect(await (await visit(`${shop.url}/dev/state`)).json()).toMatchObject({ rows: [] });
  });
});
