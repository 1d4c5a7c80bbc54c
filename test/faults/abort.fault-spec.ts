import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { CANARIES, leaksIn } from '../support/leaks.js';
import { answer, cards, deleted, silence } from './replies.js';
import { useRawServer } from './setup.js';
import { type Method, startShop } from './shop.js';

const METHODS: readonly Method[] = ['list', 'delete'];
/** Required where the key is a function. */
const SECRET = 'false-secret-of-a-test-0123456789';
const REASON = new Error('the customer left');
const server = useRawServer();

describe.each(METHODS)('a caller who aborts a %s', (method) => {
  it('before the start sends nothing', async () => {
    const shop = await startShop(server.url);
    const call = await shop.call(method, { signal: AbortSignal.abort(REASON) });
    expect(call.result).toBe(REASON);
    expect(server.requests).toEqual([]);
    expect(server.connections).toBe(0);
  });

  it('before the start does not even ask for the key', async () => {
    let asked = 0;
    const shop = await startShop(server.url, { secret: SECRET, apiKey: () => `${(asked += 1)}` });
    await shop.call(method, { signal: AbortSignal.abort(REASON) });
    expect(asked).toBe(0);
  });

  it('while the key is awaited ends at once', async () => {
    const shop = await startShop(server.url, { secret: SECRET, apiKey: () => new Promise(() => undefined) });
    const call = await shop.call(method, abortedIn(30));
    expect(call.result).toBe(REASON);
    expect(call.elapsedMs).toBeLessThan(500);
  });

  it.each<[moment: string, when: (abort: () => void) => void]>([
    ['in the same tick', (abort) => abort()],
    ['a microtask later', (abort) => queueMicrotask(abort)],
    ['a tick later', (abort) => process.nextTick(abort)],
  ])('%s sends nothing, also on a socket that is open', async (_moment, when) => {
    const shop = await startShop(server.url);
    server.answer(cards);
    await shop.call('list');
    const controller = new AbortController();
    const call = shop.call(method, { signal: controller.signal });
    when(() => controller.abort(REASON));
    expect((await call).result).toBe(REASON);
    await sleep(20);
    expect(server.requests).toHaveLength(1);
  });

  it('in flight ends at once, without a further request, and closes the socket', async () => {
    const shop = await startShop(server.url);
    server.answer(silence);
    const call = await shop.call(method, abortedIn(50));
    expect(call.result).toBe(REASON);
    expect(call.elapsedMs).toBeLessThan(550);
    await eventually(() => server.sockets.size, 0);
    expect(server.requests).toHaveLength(1);
    expect(leaksIn({ output: call.output })).toEqual([]);
  });

  it('while it connects ends at once, and closes the socket', async () => {
    const shop = await startShop(server.url.replace('http:', 'https:')); // a handshake without an answer
    const call = await shop.call(method, abortedIn(50));
    expect(call.result).toBe(REASON);
    await eventually(() => server.sockets.size, 0);
    expect(server.requests).toEqual([]);
  });

  it('while it waits to retry ends at once, without a further request', async () => {
    const shop = await startShop(server.url);
    server.answer(answer(429, '', { 'Retry-After': '5' }));
    const call = await shop.call(method, abortedIn(100));
    expect(call.result).toBe(REASON);
    expect(call.elapsedMs).toBeLessThan(600);
    await sleep(50);
    expect(server.requests).toHaveLength(1);
  });

  it('after the end changes nothing', async () => {
    const shop = await startShop(server.url);
    server.answer(method === 'list' ? cards : deleted);
    const controller = new AbortController();
    const call = await shop.call(method, { signal: controller.signal });
    controller.abort(REASON);
    expect(call.ending).toBe(method === 'list' ? 'cards' : 'done');
    expect(await shop.call(method)).toMatchObject({ ending: call.ending });
  });

  it('rejects with whatever reason there is', async () => {
    const shop = await startShop(server.url);
    expect(await shop.call(method, { signal: AbortSignal.abort('gone') })).toMatchObject({ result: 'gone' });
    expect(await shop.call(method, { signal: AbortSignal.timeout(0) })).toMatchObject({
      result: { name: 'TimeoutError' },
    });
  });
});

it('takes one signal for a thousand calls, and lets go of it', async () => {
  const shop = await startShop(server.url);
  server.answer(cards);
  const { signal } = new AbortController();
  const calls = Array.from({ length: 1_000 }, () => shop.service.list({ customerId: CANARIES.customerId }, { signal }));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await Promise.all(calls);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

it('takes the deadline from the call itself, the time for the key included', async () => {
  const shop = await startShop(server.url, { secret: SECRET, apiKey: () => new Promise(() => undefined) });
  const call = await shop.call('list', { timeoutMs: 100 });
  expect(call).toMatchObject({ ending: 'OttuTimeoutError', result: { attempts: 0 } });
  expect(call.elapsedMs).toBeLessThan(600);
});

it('says how long one attempt had, when no further one is allowed', async () => {
  const shop = await startShop(server.url, { maxRetries: 0, timeoutMs: 120 });
  server.answer(silence);
  expect(await shop.call('list')).toMatchObject({
    result: { message: expect.stringContaining('within 120 ms (timeoutMs)') },
  });

  const outage = await startShop(server.url, { timeoutMs: 150 });
  server.answer(answer(500));
  for (let call = 0; call < 5; call += 1) await outage.call('list'); // each spends two of ten retries
  server.answer(silence);
  expect(await outage.call('list')).toMatchObject({
    ending: 'OttuTimeoutError',
    result: { attempts: 1, message: expect.stringContaining('within 50 ms, the share of timeoutMs') },
  });
});

it('sends a single attempt with maxRetries: 0', async () => {
  const shop = await startShop(server.url, { maxRetries: 0 });
  server.answer(answer(500));
  expect(await shop.call('list')).toMatchObject({ result: { attempts: 1 } });
  expect(server.requests).toHaveLength(1);
});

function abortedIn(ms: number): { signal: AbortSignal } {
  const controller = new AbortController();
  setTimeout(() => controller.abort(REASON), ms);
  return { signal: controller.signal };
}
