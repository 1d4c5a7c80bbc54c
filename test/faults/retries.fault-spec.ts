import type { Reply } from './raw-server.js';
import { answer, cards } from './replies.js';
import { useRawServer } from './setup.js';
import { type Shop, startShop } from './shop.js';

const server = useRawServer();
const outage = answer(500);

/** Requests on the wire for one call. */
async function attemptsWith(shop: Shop, reply: Reply): Promise<number> {
  server.reset();
  server.answer(reply);
  await shop.call('list');
  return server.requests.length;
}

it('spends ten retries, and earns one with ten successes', async () => {
  const shop = await startShop(server.url);
  const spent: number[] = [];
  for (let call = 0; call < 6; call += 1) spent.push(await attemptsWith(shop, outage));
  expect(spent).toEqual([3, 3, 3, 3, 3, 1]);

  for (let call = 0; call < 9; call += 1) await attemptsWith(shop, cards);
  expect(await attemptsWith(shop, outage)).toBe(1);
  await attemptsWith(shop, cards);
  expect(await attemptsWith(shop, outage)).toBe(2);
  expect(await attemptsWith(shop, outage)).toBe(1);
});

it('earns nothing with an answer that is refused', async () => {
  const shop = await startShop(server.url);
  for (let call = 0; call < 5; call += 1) await attemptsWith(shop, outage);
  for (let call = 0; call < 20; call += 1) await attemptsWith(shop, answer(200, {}));
  expect(await attemptsWith(shop, outage)).toBe(1);
});

it.each([429, 503])('ends at once when a %s asks for a pause that is longer than the time left', async (status) => {
  const shop = await startShop(server.url, { timeoutMs: 3_000 });
  server.answer(answer(status, '', { 'Retry-After': '5' }), cards);
  const { result, elapsedMs } = await shop.call('list');
  expect(result).toMatchObject({ status, attempts: 1, retryAfterMs: 5_000 });
  expect(elapsedMs).toBeLessThan(1_000);
  expect(await shop.call('list')).toMatchObject({ ending: 'OttuRateLimitError', result: { attempts: 0 } });
});
