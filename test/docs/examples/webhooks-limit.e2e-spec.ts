import { Logger } from '@nestjs/common';
import { signWebhook } from 'nestjs-ottu-cards/webhooks';
import { closeAll, closeWithTest } from '../../support/application.js';

const hmacKey = 'obviously-false';

afterEach(closeAll);

it('the line of the guide lets a body of 500 KiB through on Express', async () => {
  Object.assign(process.env, { OTTU_API_KEY: 'fakefake.00000000000000000000000000000000', OTTU_HMAC_KEY: hmacKey });
  Logger.overrideLogger(false); // the guide's application logs as any does
  const { startShop } = await import('./start-shop.js'); // its module reads the environment when it is loaded
  const app = await startShop(0);
  closeWithTest(() => app.close());
  const payload = { result: 'failed', state: 'failed', order_no: 'ORDER-1', gateway_response: 'x'.repeat(500 * 1024) };
  const signature = signWebhook({ payload, hmacKey, scheme: 'standard' });
  const answer = await fetch(`${await app.getUrl()}/webhooks/ottu`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...payload, signature }),
  });
  expect(answer.status).toBe(200);
});
