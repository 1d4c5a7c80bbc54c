import {
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
  SetMetadata,
  VersioningType,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FakeOttu } from 'nestjs-ottu-cards/testing';
import { signWebhook } from 'nestjs-ottu-cards/webhooks';
import { closeAll, startFake } from '../support/application.js';
import { HMAC_KEY, type ShopSetup, WebhookShop } from '../support/webhook-shop.js';

afterEach(closeAll);

describe.each(['express', 'fastify'] as const)('on %s', (platform) => {
  let fake: FakeOttu;

  beforeEach(async () => {
    fake = await startFake();
  });

  const start = (setup: Partial<ShopSetup> = {}) => WebhookShop.start({ fake, platform, ...setup });

  it.each(['standard', 'subscription'] as const)(
    'answers 200 and nothing else to a genuine %s webhook',
    async (scheme) => {
      const shop = await start();
      const { deliveries, card } = await fake.pay({ customerId: 'customer-1', scheme, ...shop.payment });
      expect(deliveries).toEqual([{ outcome: 'answered', status: 200, body: '' }]);
      expect(shop.inbox.events).toMatchObject([{ scheme, card: { ...card } }]);
    },
  );

  it.each([
    ['is missing', undefined],
    ['is a number', 401],
    ['is no hex', 'z'.repeat(64)],
    ['is not ASCII', '٣'.repeat(64)],
    ['is made with another key', 'other'],
    ['stands in a header', 'header'],
  ])('answers 401 when the signature %s', async (_name, kind) => {
    const shop = await start();
    const payload = { result: 'success', token: 'tok-echo', customer_id: 'customer-1' };
    const right = signWebhook({ payload, hmacKey: HMAC_KEY, scheme: 'standard' });
    const wrong = signWebhook({ payload, hmacKey: 'obviously-false-other-key', scheme: 'standard' });
    const answer = await shop.post(
      { ...payload, signature: kind === 'other' ? wrong : kind === 'header' ? undefined : kind },
      { headers: { 'content-type': 'application/json', signature: right } },
    );
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body)).toEqual({
      statusCode: 401,
      errorCode: 'invalid_signature',
      message: 'The signature does not hold.',
    });
    expect([shop.inbox.calls, fake.received]).toEqual([[], []]);
  });

  it.each([
    ['broken JSON', '{"token":"tok-echo"tok-echo', 'application/json'],
    ['cut JSON', '{"token":"tok-echo', 'application/json'],
    ['a list', '["tok-echo"]', 'application/json'],
    ['text', 'tok-echo', 'text/plain'],
    ['JSON that says it is text', '{"token":"tok-echo"}', 'text/plain'],
    ['an empty body', '', 'application/json'],
  ])('answers 400 to %s', async (_name, body, contentType) => {
    const shop = await start();
    const answer = await shop.post(body, { headers: { 'content-type': contentType } });
    expect(answer.status).toBe(400);
    expect(answer.body).not.toContain('tok-');
    expect(answer.body).not.toContain('echo');
    expect(shop.inbox.calls).toEqual([]);
  });

  it('answers 413 to more than 512 KiB, told by Content-Length', async () => {
    const shop = await start();
    expect(await statusOf(shop, 512 * 1024)).toBe(200);
    expect(await statusOf(shop, 512 * 1024 + 1)).toBe(413);
    expect(await statusOf(shop, 2 * 1024 * 1024)).toBe(413);
  });

  it('answers 413 to more than 512 KiB in chunks, told by the parsed body', async () => {
    const shop = await start();
    expect(await statusOf(shop, 512 * 1024, true)).toBe(200);
    expect(await statusOf(shop, 512 * 1024 + 1, true)).toBe(413);
    expect(await statusOf(shop, 600 * 1024, true)).toBe(413);
  });

  it('answers 413 to what nests too deep to be written again, also with a signature that holds', async () => {
    const shop = await start();
    const payload = { result: 'success', order_no: 'ORDER-1' };
    const genuine = JSON.stringify({
      ...payload,
      signature: signWebhook({ payload, hmacKey: HMAC_KEY, scheme: 'standard' }),
    });
    const deep = genuine.replace('{', `{"a":${'['.repeat(40_000)}${']'.repeat(40_000)},`);
    expect((await shop.post(deep)).status).toBe(413);
    expect((await shop.post('', chunked(deep))).status).toBe(413);
    expect(shop.inbox.calls).toEqual([]);
  });

  it('answers at one address whatever version the application has', async () => {
    const shop = await start({
      configure: (app) => app.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' }),
    });
    const { deliveries } = await fake.pay({ customerId: 'customer-1', ...shop.payment });
    expect(deliveries).toMatchObject([{ status: 200 }]);
  });

  it('answers under a global prefix, and quotes nothing there either', async () => {
    const shop = await start({ configure: (app) => app.setGlobalPrefix('api') });
    const webhookUrl = `${shop.url}/api/webhooks/ottu`;
    const { deliveries } = await fake.pay({ customerId: 'customer-1', hmacKey: HMAC_KEY, webhookUrl });
    expect(deliveries).toMatchObject([{ status: 200 }]);
    const broken = await fetch(webhookUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"token":"tok-echo"tok-echo',
    });
    expect(broken.status).toBe(400);
    expect(await broken.text()).not.toContain('tok-');
  });

  it('passes a global guard with the decorator that the guard looks for', async () => {
    const open = await start({ configure: guarded, decorators: [Public()] });
    const shut = await start({ configure: guarded });
    expect(await fake.pay({ customerId: 'customer-1', ...open.payment })).toMatchObject({
      deliveries: [{ status: 200 }],
    });
    expect(await fake.pay({ customerId: 'customer-1', ...shut.payment })).toMatchObject({
      deliveries: [{ status: 403 }],
    });
    expect([open.inbox.events.length, shut.inbox.calls.length]).toEqual([1, 0]);
  });
});

it('leaves the answers of other routes on Express as they were', async () => {
  const shop = await WebhookShop.start({ fake: await startFake() });
  const answer = await fetch(`${shop.url}/elsewhere`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{',
  });
  expect(await answer.json()).toEqual({
    statusCode: 400,
    error: 'Bad Request',
    message: expect.stringContaining('JSON'),
  });
});

const IS_PUBLIC = 'isPublic';

function Public() {
  return SetMetadata(IS_PUBLIC, true);
}

/** As in Nest's own guide to authentication. */
class LoginGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    return this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()]) ?? false;
  }
}

function guarded(app: INestApplication): void {
  app.useGlobalGuards(new LoginGuard(app.get(Reflector)));
}

/** A genuine webhook of exactly this size that nobody needs to handle. */
async function statusOf(shop: WebhookShop, bytes: number, inChunks = false): Promise<number> {
  const payload = { result: 'failed', state: 'failed' };
  const signature = signWebhook({ payload, hmacKey: HMAC_KEY, scheme: 'standard' });
  const empty = JSON.stringify({ ...payload, signature, filler: '' });
  const body = JSON.stringify({ ...payload, signature, filler: 'x'.repeat(bytes - empty.length) });
  return (await shop.post(body, inChunks ? chunked(body) : {})).status;
}

function chunked(text: string): RequestInit {
  return { body: new Blob([text]).stream(), duplex: 'half' };
}
