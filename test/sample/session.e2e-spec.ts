import { closeAll } from '../support/application.js';
import { answer, firstCard, type Sample, signIn, startSample, statusUnderHost, visit } from './sample.js';

let shop: Sample;

beforeAll(async () => {
  shop = await startSample();
});
afterAll(closeAll);
beforeEach(async () => {
  await visit(`${shop.url}/dev/reset`, 'POST');
});

const wire = async (): Promise<unknown> => answer(`${shop.url}/dev/state`);

describe('the session cookie', () => {
  it('is out of reach of scripts and other sites, and does not tell who it is', async () => {
    const response = await visit(`${shop.url}/session`, 'POST', { body: { customer: 'layla' } });
    const [cookie = ''] = response.headers.getSetCookie();
    expect(response.status).toBe(204);
    expect(cookie).toMatch(/^shop-session=/);
    expect(cookie.split('; ')).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/']));
    expect(Buffer.from(cookie, 'base64').toString() + cookie).not.toContain('layla');
  });

  it('tells who is signed in, until they sign out', async () => {
    const cookie = await signIn(shop.url, 'omar');
    const state = await answer(`${shop.url}/session`, 'GET', { cookie });
    expect(state).toEqual({ signedIn: 'omar', customers: ['layla', 'omar', 'sara'] });

    const [cleared] = (await visit(`${shop.url}/session`, 'DELETE', { cookie })).headers.getSetCookie();
    expect(cleared).toMatch(/^shop-session=;.*Max-Age=0/);
  });

  it.each([
    ['none', () => ''],
    ['an altered one', (cookie: string) => `${cookie.slice(0, -5)}${cookie.endsWith('AAAAA') ? 'BBBBB' : 'AAAAA'}`],
    ['one that names a customer', () => 'shop-session=demo-layla'],
    ['one that looks sealed', () => 'shop-session=a*b*c*d*e*f*g*h'],
  ])('opens nothing when there is %s', async (_name, forge) => {
    const cookie = forge(await signIn(shop.url, 'layla'));
    for (const path of ['/wallet/cards', '/checkout']) {
      expect((await visit(shop.url + path, 'GET', { cookie })).status).toBe(401);
    }
    expect((await visit(`${shop.url}/wallet/cards/tok-1`, 'DELETE', { cookie })).status).toBe(401);
    await expect(wire()).resolves.toMatchObject({ rows: [] });
  });

  it('can be begun anew in place of a cookie that nobody can read', async () => {
    const cookie = 'shop-session=a*b*c*d*e*f*g*h';
    expect((await visit(`${shop.url}/session`, 'DELETE', { cookie })).status).toBe(204);
    const begun = await visit(`${shop.url}/session`, 'POST', { cookie, body: { customer: 'layla' } });
    expect([begun.status, begun.headers.getSetCookie().length]).toEqual([204, 1]);
  });

  it('has an id of its own, with each answer, which opens nothing and names nobody', async () => {
    const ids = async (cookie: string): Promise<unknown[]> => {
      const paths = ['/session', '/wallet/cards', '/checkout', '/wallet/cards?customer=x'];
      const answers = await Promise.all(paths.map((path) => visit(shop.url + path, 'GET', { cookie })));
      return [...new Set(answers.map(({ headers }) => headers.get('shop-session')))];
    };
    const [layla, again] = [await signIn(shop.url, 'layla'), await signIn(shop.url, 'layla')];
    const [first, second] = [await ids(layla), await ids(again)];
    expect(first).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(second).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(first).not.toEqual(second);
    expect(layla).not.toContain(String(first[0]));
    expect(await ids('')).toEqual([null]);
    const asCookie = { cookie: `shop-session=${String(first[0])}` };
    expect((await visit(`${shop.url}/wallet/cards`, 'GET', asCookie)).status).toBe(401);
  });

  it('is given to no customer whom the shop does not know', async () => {
    const response = await visit(`${shop.url}/session`, 'POST', { body: { customer: 'mallory' } });
    expect([response.status, response.headers.getSetCookie()]).toEqual([400, []]);
  });
});

describe('customers', () => {
  it('see and delete their own cards and nobody else’s', async () => {
    const [layla, omar] = [await signIn(shop.url, 'layla'), await signIn(shop.url, 'omar')];
    const cards = await answer(`${shop.url}/wallet/cards`, 'GET', { cookie: omar });
    expect(cards).toMatchObject([{ last4: '3005' }, { last4: '4417' }]);

    const laylas = await firstCard(shop.url, layla);
    expect((await visit(laylas, 'DELETE', { cookie: omar })).status).toBe(404);
    expect((await visit(laylas, 'DELETE', { cookie: layla })).status).toBe(204);
  });

  it('are offered the preferred card that can still pay, or none', async () => {
    const offered = async (customer: string): Promise<unknown> =>
      answer(`${shop.url}/checkout`, 'GET', { cookie: await signIn(shop.url, customer) });
    await expect(offered('layla')).resolves.toMatchObject({ card: { isPreferred: true, isExpired: false } });
    await expect(offered('sara')).resolves.toEqual({ card: null });
  });

  it('have a quota each', async () => {
    const shopOfOurOwn = await startSample();
    const url = `${shopOfOurOwn.url}/checkout`;
    const [layla, omar] = [await signIn(shopOfOurOwn.url, 'layla'), await signIn(shopOfOurOwn.url, 'omar')];
    const statuses = new Set<number>();
    for (let count = 0; count < 120; count += 1) statuses.add((await visit(url, 'GET', { cookie: layla })).status);
    expect([...statuses]).toEqual([200]);

    const refused = await visit(url, 'GET', { cookie: layla });
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect((await visit(url, 'GET', { cookie: omar })).status).toBe(200);
  });
});

describe('a change that a browser sends', () => {
  it.each<[string, (own: string) => Record<string, string>, number]>([
    ['from a page of the shop', () => ({ 'sec-fetch-site': 'same-origin' }), 204],
    ['from a page of the shop in an older browser', (own) => ({ origin: own }), 204],
    ['from another site', () => ({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }), 403],
    ['from another origin of the same site', (own) => ({ 'sec-fetch-site': 'same-site', origin: own }), 403],
    ['from another site in an older browser', () => ({ origin: 'https://evil.example' }), 403],
    ['from a sandboxed frame', () => ({ origin: 'null' }), 403],
    ['without a word from where', () => ({}), 403],
  ])('%s', async (_name, from, status) => {
    const cookie = await signIn(shop.url, 'omar');
    const headers = from(shop.url);
    const answers = [
      await visit(`${shop.url}/session`, 'POST', { body: { customer: 'omar' }, headers }),
      await visit(await firstCard(shop.url, cookie), 'DELETE', { cookie, headers }),
      await visit(`${shop.url}/dev/mood`, 'PUT', { body: { mood: 'well' }, headers }),
    ];
    expect(answers.map((each) => each.status)).toEqual([status, status, status]);
    const left = await answer(`${shop.url}/wallet/cards`, 'GET', { cookie });
    expect(left).toHaveLength(status === 204 ? 1 : 2);
  });
});

describe('a request under the name', () => {
  it.each([
    ['localhost', 200],
    ['[::1]:3000', 200],
    ['evil.example', 421],
    ['127.0.0.1.evil.example', 421],
  ])('%s is answered with %i, whatever it is for', async (host, status) => {
    for (const path of ['/', '/shop.js', '/session', '/about', '/docs', '/docs-json', '/dev/']) {
      await expect(statusUnderHost(shop.url + path, host)).resolves.toBe(status);
    }
  });
});
