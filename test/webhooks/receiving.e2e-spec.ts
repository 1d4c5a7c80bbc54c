import { gzipSync } from 'node:zlib';
import { connect } from 'node:net';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, Module } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { FakeOttu } from 'nestjs-ottu-cards/testing';
import { OttuWebhooksModule, signWebhook } from 'nestjs-ottu-cards/webhooks';
import { closeAll, startFake } from '../support/application.js';
import { eventually } from '../support/eventually.js';
import { HMAC_KEY, type ShopSetup, WebhookShop } from '../support/webhook-shop.js';

// Bodies that no genuine webhook has, and applications that are set up wrongly.
let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

/** As Express keeps its handlers. */
interface Layer {
  readonly handle: (...args: never[]) => unknown;
  match(path: string): unknown;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const BROKEN = '{"token":"tok-echo"tok-echo';
const NOT_JSON = {
  statusCode: 400,
  errorCode: 'not_json',
  message: 'The body must be a JSON object, sent as application/json.',
};

const start = (setup: Partial<ShopSetup> = {}) => WebhookShop.start({ fake, handles: 'payments', ...setup });

async function postTo(url: string, body: string, headers: Record<string, string> = JSON_TYPE) {
  const response = await fetch(url, { method: 'POST', headers, body });
  return { status: response.status, text: await response.text() };
}

describe('on Express, an error of the body parser', () => {
  it.each<[where: string, setup: Partial<ShopSetup>, path: string]>([
    ['its route', {}, 'webhooks/ottu'],
    ['its route with a slash behind it', {}, 'webhooks/ottu/'],
    ['its route in capitals', {}, 'WEBHOOKS/Ottu'],
    ['its route with a query', {}, 'webhooks/ottu?a=/b'],
    ['a route with a parameter', { path: 'hooks/:shop' }, 'hooks/kuwait'],
    ['a route with a parameter and capitals', { path: 'Hooks/:shop/ottu' }, 'hooks/KUWAIT/Ottu'],
    ['a route under a global prefix', { configure: (app) => app.setGlobalPrefix('api/v1') }, 'api/v1/webhooks/ottu'],
    [
      'a route that the global prefix leaves out',
      { configure: (app) => app.setGlobalPrefix('api', { exclude: ['webhooks/ottu'] }) },
      'webhooks/ottu',
    ],
    [
      'a route below the one of a RouterModule',
      { imports: [RouterModule.register([{ path: 'shop', module: OttuWebhooksModule }])] },
      'shop/webhooks/ottu',
    ],
  ])('on %s is answered without its words', async (_where, setup, path) => {
    const shop = await start(setup);
    const answer = await postTo(`${shop.url}/${path}`, BROKEN);
    expect(JSON.parse(answer.text)).toEqual(NOT_JSON);
    expect(answer.status).toBe(400);
  });

  it.each(['elsewhere', 'webhooks/ottu/further', 'webhooks', 'a/webhooks/ottu'])(
    'elsewhere (/%s) is answered as Nest answers it',
    async (path) => {
      const shop = await start();
      expect(JSON.parse((await postTo(`${shop.url}/${path}`, BROKEN)).text)).toMatchObject({ error: 'Bad Request' });
    },
  );

  it('leaves no error handler for the whole application', async () => {
    const shop = await start();
    const { stack } = shop.app.getHttpAdapter().getInstance().router as { stack: Layer[] };
    const handlers = stack.filter(({ handle }) => handle.length === 4); // how Express knows an error handler
    const everywhere = handlers.filter((layer) => layer.match('/any/where') !== false);
    expect([handlers.length, everywhere.length]).toEqual([2, 1]); // ours on its route, and Nest's own
  });

  it('that is too large for it is 413, and the log says how to raise the limit', async () => {
    const shop = await start({ parserLimit: '100kb' });
    const answer = await postTo(shop.webhookUrl, JSON.stringify({ filler: 'x'.repeat(101 * 1024) }));
    expect(answer.status).toBe(413);
    expect(shop.inbox.log.join('\n')).toContain('app.useBodyParser("json", { limit: "512kb" })');
  });
});

it.each(['express', 'fastify'] as const)('on %s, broken JSON to any path blocks nothing', async (platform) => {
  const shop = await start({ platform, path: 'hooks/:shop' });
  const paths = [`/a${'/'.repeat(15_700)}b`, `/hooks/${'a'.repeat(15_700)}/`, `/hooks${'/x'.repeat(7_800)}`];
  for (const path of paths) {
    await raw(shop, path, BROKEN); // the first compiles
    const lag = lagMeter();
    for (let index = 0; index < 5; index += 1) await raw(shop, path, BROKEN);
    expect(lag()).toBeLessThan(100); // one such request took 223 ms
  }
});

it('on Express, a body that is compressed is measured as it was parsed', async () => {
  const shop = await start();
  const payload = { result: 'failed', state: 'failed', order_no: 'ORDER-1' };
  const signature = signWebhook({ payload, hmacKey: HMAC_KEY, scheme: 'standard' });
  const body = gzipSync(JSON.stringify({ ...payload, signature, filler: 'x'.repeat(600 * 1024) }));
  const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
  const answer = await fetch(shop.webhookUrl, { method: 'POST', headers, body });
  expect(answer.status).toBe(413);
  expect(shop.inbox.payments.calls).toEqual([]);
});

describe('in an application without a body parser', () => {
  it('a JSON body is answered 500, and the log tells the remedy', async () => {
    const shop = await start({ bodyParser: false });
    const answer = await postTo(shop.webhookUrl, '{"token":"tok-echo"}');
    expect(answer).toEqual({
      status: 500,
      text: '{"statusCode":500,"errorCode":"misconfigured","message":"The endpoint is not set up correctly."}',
    });
    expect(shop.inbox.log.join('\n')).toContain('whose body nobody has parsed');
    expect(shop.inbox.log.join('\n')).not.toContain('tok-echo');
  });

  it.each([
    ['an empty body', '', JSON_TYPE],
    ['text', 'token', { 'content-type': 'text/plain' }],
    ['a form', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a type that only begins like JSON', '{}', { 'content-type': 'application/jsonp' }],
  ])('%s is answered 400', async (_name, body, headers) => {
    const shop = await start({ bodyParser: false });
    expect((await postTo(shop.webhookUrl, body, headers)).status).toBe(400);
    expect(shop.inbox.log.join('\n')).not.toContain('whose body nobody has parsed');
  });
});

it('a body that was read as bytes is answered 500, and the log tells the remedy', async () => {
  const shop = await start({
    bodyParser: false,
    configure: (app) => (app as NestExpressApplication).useBodyParser('raw', { type: 'application/json' }),
  });
  expect((await postTo(shop.webhookUrl, '{"token":"tok-echo"}')).status).toBe(500);
  expect(shop.inbox.log.join('\n')).toContain('whose body nobody has parsed');
});

it('an error of the body parser that is the application’s own fault stays a 500', async () => {
  const shop = await start({
    bodyParser: false,
    configure: (app) => {
      app.use((request: IncomingMessage, _response: unknown, next: () => void) => {
        request.setEncoding('utf8'); // which the parser does not bear
        next();
      });
      (app as NestExpressApplication).useBodyParser('json');
    },
  });
  const { status, text } = await postTo(shop.webhookUrl, '{}');
  expect([status, text.includes('misconfigured')]).toEqual([500, false]);
});

it.each(['express', 'fastify'] as const)('on %s, takes the content type in capitals', async (platform) => {
  const shop = await start({ platform });
  const payload = { result: 'failed', order_no: 'ORDER-1' };
  const signature = signWebhook({ payload, hmacKey: HMAC_KEY, scheme: 'standard' });
  const headers = { 'content-type': 'Application/JSON; Charset=UTF-8' };
  expect((await postTo(shop.webhookUrl, JSON.stringify({ ...payload, signature }), headers)).status).toBe(200);
});

it('closes the connection after an answer that it gives while the application closes', async () => {
  const shop = await start();
  let finish: (() => void) | undefined;
  shop.inbox.payments.always = () => new Promise<void>((resolve) => (finish = resolve));
  const payload = { result: 'failed', order_no: 'ORDER-1' };
  const signature = signWebhook({ payload, hmacKey: HMAC_KEY, scheme: 'standard' });
  const body = JSON.stringify({ ...payload, signature });
  const answer = fetch(shop.webhookUrl, { method: 'POST', headers: JSON_TYPE, body });
  await eventually(() => shop.inbox.payments.calls.length, 1);
  const closed = shop.app.close();
  await sleep(20);
  finish?.();
  expect((await answer).headers.get('connection')).toBe('close');
  await closed;
});

/** Posts over a socket: fetch would change such a path. */
async function raw(shop: WebhookShop, path: string, body: string): Promise<string> {
  const { port } = new URL(shop.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: shop.example\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  await once(socket, 'close');
  return answer;
}

/** The longest time, in milliseconds, that the event loop has been blocked since. */
function lagMeter(): () => number {
  let last = performance.now();
  let busy = process.cpuUsage();
  let longest = 0;
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(busy); // beyond it, other processes had the machine
    longest = Math.max(longest, Math.min(performance.now() - last, (user + system) / 1_000));
    last = performance.now();
    busy = process.cpuUsage();
  }, 1);
  return () => {
    clearInterval(timer);
    return longest;
  };
}

@Controller('ping')
class PingController {
  @Get()
  ping(): string {
    return 'pong';
  }
}

@Module({ controllers: [PingController] })
class PingModule {}

it('other routes of the module that mounts it work as before', async () => {
  const shop = await start({ imports: [PingModule] });
  expect(await (await fetch(`${shop.url}/ping`)).text()).toBe('pong');
});
