import { jest } from '@jest/globals';
import { answer, cards, silence } from './replies.js';
import { useRawServer } from './setup.js';
import { startShop } from './shop.js';

const HOUR = { 'Retry-After': '3600' };
const MINUTE_MS = 60_000;
const server = useRawServer();
let clockMs = 0;

/** From now on the clock shows this much more than it would. */
function later(ms: number): void {
  clockMs += ms;
}

async function startLimited(status: number): ReturnType<typeof startShop> {
  const shop = await startShop(server.url);
  const now = performance.now.bind(performance);
  clockMs = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now() + clockMs);
  server.answer(answer(status, '', HOUR));
  await shop.call('list');
  server.requests.length = 0;
  return shop;
}

describe.each([429, 503])('after a %s with a pause of an hour', (status) => {
  it('refuses further calls here, with the time that is left', async () => {
    const shop = await startLimited(status);
    later(20 * 1000);
    for (const method of ['list', 'delete'] as const) {
      const { result, ending } = await shop.call(method);
      expect(ending).toBe('OttuRateLimitError');
      expect(result).toMatchObject({ attempts: 0, retryAfterMs: expect.any(Number) });
      expect(Math.round(Number(Reflect.get(Object(result), 'retryAfterMs')) / 10_000)).toBe(358);
    }
    expect(server.requests).toEqual([]);
  });

  it('sends a probe every five minutes, for which a call refused for its arguments does not count', async () => {
    const shop = await startLimited(status);
    later(5 * MINUTE_MS);
    await expect(shop.service.list({ customerId: '' })).rejects.toThrow(/customerId/);
    expect(await shop.call('list')).toMatchObject({ result: { attempts: 1 } });
    expect(await shop.call('list')).toMatchObject({ result: { attempts: 0 } });
    later(5 * MINUTE_MS);
    expect(await shop.call('list')).toMatchObject({ result: { attempts: 1 } });
    expect(server.requests).toHaveLength(2);
  });

  it('opens with a probe that gets any other answer', async () => {
    const shop = await startLimited(status);
    later(5 * MINUTE_MS);
    server.answer(answer(401), cards);
    expect(await shop.call('list')).toMatchObject({
      ending: 'OttuAuthError',
      output: expect.stringContaining('gate-opened'),
    });
    expect(await shop.call('list')).toMatchObject({ ending: 'cards' });
  });

  it('opens when the time is over', async () => {
    const shop = await startLimited(status);
    later(60 * MINUTE_MS + 1);
    server.answer(cards);
    expect(await shop.call('list')).toMatchObject({ ending: 'cards', output: expect.stringContaining('gate-opened') });
  });

  it('leaves other instances alone', async () => {
    await startLimited(status);
    const other = await startShop(server.url);
    server.answer(cards);
    expect(await other.call('list')).toMatchObject({ ending: 'cards' });
  });
});

it('closes for a call that waits to retry meanwhile', async () => {
  const shop = await startShop(server.url);
  server.answer(answer(429, '', { 'Retry-After': '1' }), answer(429, '', HOUR), cards);
  const waiting = shop.service.list({ customerId: 'customer-1' }).catch((error: unknown) => error);
  await shop.call('list');
  expect(await waiting).toMatchObject({ name: 'OttuRateLimitError', attempts: 1 });
  expect(server.requests).toHaveLength(2);
});

it('calls a delete unknown that may have acted before the gate closed', async () => {
  const shop = await startShop(server.url, { timeoutMs: 900 });
  server.answer(silence, answer(429, '', HOUR));
  const deleting = shop.call('delete');
  await shop.call('list');
  expect(await deleting).toMatchObject({ ending: 'OttuDeleteUnknownError', result: { attempts: 1 } });
});

it('logs in short lines: the retry, the gate, the refused answer', async () => {
  const shop = await startShop(server.url);
  server.answer(answer(500), answer(429, '', HOUR));
  const limited = await shop.call('list');
  expect(limited.output).toContain('retry call="POST /b/pbl/v2/card/" reason=unavailable code=500 attempt=1 delayMs=0');
  expect(limited.output).toContain('gate-closed forMs=3600000');
  const other = await startShop(server.url);
  server.answer(answer(200, '{}'));
  expect((await other.call('list')).output).toContain('refused-answer call="POST /b/pbl/v2/card/" why=');
});
