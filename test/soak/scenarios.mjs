// Runs one scenario in a process of its own: node --expose-gc scenarios.mjs <library> <origin> <scenario> <calls>
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';

const [library, baseUrl, scenario, howMany] = process.argv.slice(2);
const { OttuCardsModule, UserCardsService } = await import(library);

const MIXED = ['ok', 'ok', 'ok', 'ok', 'gone', 'html', 'down', 'abort'];

const SCENARIOS = {
  /** Many callers at once, each a customer of his own. */
  async concurrent(service, count) {
    const lists = await Promise.all(range(count).map((n) => service.list({ customerId: `slow-${n}` })));
    return { right: lists.filter((list, n) => list[0].customerId === `slow-${n}`).length };
  },

  /** All of them aborted, in flight or while they wait for a socket. */
  async aborted(service, count) {
    const before = timers();
    const controller = new AbortController();
    const calls = range(count).map((n) => service.list({ customerId: `silent-${n}` }, { signal: controller.signal }));
    const settled = Promise.allSettled(calls);
    await sleep(200);
    controller.abort(new Error('left'));
    const left = (await settled).filter(({ reason }) => reason?.message === 'left').length;
    await sleep(200);
    return { left, timers: timers() - before, sockets: resources('TCPSocketWrap') };
  },

  /** Nothing works, and everybody calls. */
  async outage(service, count) {
    const settled = await Promise.allSettled(range(count).map((n) => service.list({ customerId: `down-${n}` })));
    return { unavailable: settled.filter(({ reason }) => reason?.name === 'OttuUnavailableError').length };
  },

  /** Every kind of ending, over and over. */
  async mixed(service, count) {
    await mixedCalls(service, Math.min(count, 5_000));
    const before = heapBytes();
    await mixedCalls(service, count);
    return { grownKiB: Math.round((heapBytes() - before) / 1024) };
  },

  /** A body of 100 MiB, and gzip that would become 200. */
  async flood(service) {
    await service.list({ customerId: 'ok-1' });
    const before = process.memoryUsage.rss();
    const elapsedMs = [];
    let peak = before;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 1);
    for (const kind of ['flood', 'bomb', 'flood', 'bomb']) {
      const start = performance.now();
      await service.list({ customerId: `${kind}-1` }).catch(({ name }) => name);
      elapsedMs.push(performance.now() - start);
    }
    clearInterval(watch);
    return { slowestMs: Math.round(Math.max(...elapsedMs)), rssMiB: Math.round((peak - before) / 1024 / 1024) };
  },

  /** Answers in chunks of one byte, 1 MB of them: what they hold until they end. */
  async chunks(service, count) {
    await service.list({ customerId: 'ok-1' });
    const before = heldBytes();
    let peak = before;
    const watch = setInterval(() => (peak = Math.max(peak, heldBytes())), 100);
    const calls = range(count).map((n) => service.list({ customerId: `chunks-${n}` }, { timeoutMs: 60_000 }));
    const settled = await Promise.allSettled(calls);
    clearInterval(watch);
    const refused = settled.filter(({ reason }) => reason?.name === 'OttuRefusedError').length;
    return { refused, perCallMiB: Math.round((10 * (peak - before)) / count / 1024 / 1024) / 10 };
  },
};

const app = await NestFactory.createApplicationContext(
  OttuCardsModule.forRoot({ apiKey: 'fakefake.00000000000000000000000000000000', env: 'sandbox', baseUrl }),
  { logger: false },
);
const cards = app.get(UserCardsService);
if (scenario === 'exit') {
  // one call done, one in flight, and nothing that ends the process but the end of its work
  await cards.list({ customerId: 'ok-1' });
  const pending = cards.list({ customerId: 'slow-1' });
  await app.close();
  console.log(JSON.stringify({ cards: (await pending).length }));
} else {
  console.log(JSON.stringify(await SCENARIOS[scenario](cards, Number(howMany))));
  process.exit(0);
}

/** A hundred callers, one call after the other each. */
async function mixedCalls(service, count) {
  const callers = range(100).map(async (caller) => {
    for (let n = caller; n < count; n += 100) {
      await mixedCall(service, MIXED[(n + Math.floor(n / 100)) % MIXED.length], n).catch(() => undefined);
    }
  });
  await Promise.all(callers);
}

async function mixedCall(service, kind, n) {
  const customerId = `${kind}-${n}`;
  if (kind === 'abort') {
    const controller = new AbortController();
    const call = service.list({ customerId: `silent-${n}` }, { signal: controller.signal });
    setImmediate(() => controller.abort());
    return call;
  }
  return n % 3 === 0 ? service.delete({ customerId, token: `tok-${n}` }) : service.list({ customerId });
}

function range(count) {
  return Array.from({ length: count }, (_, n) => n);
}

function heapBytes() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

function heldBytes() {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function resources(name) {
  return process.getActiveResourcesInfo().filter((it) => it === name).length;
}

function timers() {
  return resources('Timeout');
}
