import { once } from 'node:events';
import { closeAll } from '../support/application.js';
import { answer, signIn, startSample, visit } from './sample.js';

afterEach(closeAll);

/** Obviously false, in the shape of a private key. */
const REAL = { OTTU_API_KEY: 'testtest.11111111111111111111111111111111', OTTU_ENV: 'sandbox' };
const PRODUCTION = { ...REAL, NODE_ENV: 'production', SESSION_SECRET: 'x'.repeat(32) };

describe('the shop refuses to start', () => {
  it.each<[string, NodeJS.ProcessEnv, string]>([
    [
      'on real cards with a login that lets anybody in',
      { ...REAL, OTTU_ENV: 'production', OTTU_MERCHANT_ID: 'pay.shop.example' },
      'lets anybody sign in, so it refuses OTTU_ENV=production: replace apps/sample/src/demo with your own login',
    ],
    [
      'for the whole network with a login that lets anybody in',
      { HOST: '0.0.0.0' },
      'lets anybody sign in, so it listens on loopback only: remove HOST, or replace apps/sample/src/demo',
    ],
    [
      'in production without a key, where no fake steps in',
      { ...PRODUCTION, OTTU_API_KEY: '' },
      'OTTU_API_KEY is missing: in production there is no fake Ottu to fall back on',
    ],
    ['in production without a secret', { ...PRODUCTION, SESSION_SECRET: '' }, 'SESSION_SECRET must have 32 characters'],
    ['with a key and no word which cards', { ...REAL, OTTU_ENV: '' }, "OTTU_ENV must be 'sandbox' or 'production'"],
    ['with a port that is none', { PORT: 'http' }, 'PORT must be a port number'],
  ])('%s', async (_name, env, sentence) => {
    const { url, process: shop, output } = await startSample(env);
    expect([url, shop.exitCode]).toEqual(['', 1]);
    expect(output()).toContain(sentence);
    expect(output()).not.toContain('FAKE OTTU');
    expect(output()).not.toContain(REAL.OTTU_API_KEY);
  });
});

it.each([
  ['with a key', REAL],
  ['in production', PRODUCTION],
])('has no fake and no page of the developer %s', async (_name, env) => {
  const { url, output } = await startSample(env);
  await expect(answer(`${url}/about`)).resolves.toMatchObject({ ottu: 'the real one' });
  expect((await visit(`${url}/dev/`)).status).toBe(404);
  expect((await visit(`${url}/dev/state`)).status).toBe(404);
  expect(output()).not.toContain('FAKE OTTU');
});

it('keeps the session cookie to https in production', async () => {
  const { url } = await startSample(PRODUCTION);
  const response = await visit(`${url}/session`, 'POST', { body: { customer: 'layla' } });
  expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/; Secure/)]);
});

it('answers what it has begun when it is told to end, and then ends', async () => {
  const { url, process: shop } = await startSample();
  const cookie = await signIn(url, 'layla');
  await visit(`${url}/dev/mood`, 'PUT', { body: { mood: 'slow' } });
  const begun = visit(`${url}/wallet/cards`, 'GET', { cookie });
  while (!JSON.stringify(await answer(`${url}/dev/state`)).includes('/b/pbl/')) continue;
  shop.kill('SIGTERM');
  expect((await begun).status).toBe(200);
  if (shop.signalCode === null) await once(shop, 'exit');
  expect(shop.signalCode).toBe('SIGTERM');
});

it('says which variable changes the port when it is in use', async () => {
  const { url } = await startSample();
  const { port } = new URL(url);
  const second = await startSample({ PORT: port });
  expect([second.url, second.process.exitCode]).toEqual(['', 1]);
  expect(second.output()).toContain(`Port ${port} is in use: set the variable PORT`);
});
