// What the cache saves and costs, on this machine: `npm run bench:cache`. Needs redis-server; takes about a minute.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { openShop } from './cache-shop.mjs';

const MINUTES = 10;
const CUSTOMERS = 100;
const PROCESSES = 4;
const PORT = 6399;

const ottu = await startStub();
const redis = await startRedis();
try {
  console.log(`Node ${process.version}, ${cpus().length} cores\n`);
  await concurrentCallers();
  await pageViews();
  await costOfAHit();
  await memory();
} finally {
  ottu.server.closeAllConnections();
  ottu.server.close();
  await redis.stop();
}

async function concurrentCallers() {
  console.log('| 1,000 concurrent lists of one customer | requests |\n| --- | --: |');
  for (const { name, ...setup } of [
    { name: 'without a cache', isCached: false },
    { name: 'memory' },
    { name: 'Redis', redis: redis.url },
  ]) {
    const shop = await openShop({ baseUrl: ottu.url, ...setup });
    const before = ottu.requests;
    await Promise.all(Array.from({ length: 1_000 }, () => shop.cards.list({ customerId: `crowd ${name}` })));
    console.log(`| ${name} | ${ottu.requests - before} |`);
    await shop.close();
  }
}

/** Each customer opens a page every `everyMs` on average, on whichever process the balancer picks. */
async function pageViews() {
  console.log(`\n${PROCESSES} processes, ${CUSTOMERS} customers, ${MINUTES} simulated minutes of page views\n`);
  console.log('| a page every | ttlMs | without | memory of each process | Redis |\n| --: | --: | --: | --: | --: |');
  for (const everyMs of [10_000, 30_000]) {
    for (const ttlMs of [30_000, 120_000, 300_000]) {
      const views = schedule(everyMs);
      const alone = await play(views, { ttlMs });
      const shared = await play(views, { ttlMs, redis: redis.url });
      const cell = (requests) => `${requests} (1 : ${(views.length / requests).toFixed(1)})`;
      console.log(`| ${everyMs / 1_000} s | ${ttlMs} | ${views.length} | ${cell(alone)} | ${cell(shared)} |`);
    }
  }
}

async function play(views, setup) {
  await redis.flush();
  const argument = JSON.stringify({ baseUrl: ottu.url, maxEntries: 1_000, ...setup });
  const shop = join(import.meta.dirname, 'cache-shop.mjs');
  const shops = Array.from({ length: PROCESSES }, () => fork(shop, [argument]));
  await Promise.all(shops.map((child) => once(child, 'message')));
  const before = ottu.requests;
  for (const { at, process: index, customerId } of views) {
    shops[index].send({ at, customerId });
    await once(shops[index], 'message');
  }
  for (const child of shops) child.kill();
  return ottu.requests - before;
}

function schedule(everyMs) {
  const random = numbers(7);
  const views = [];
  for (let customer = 0; customer < CUSTOMERS; customer += 1) {
    for (let at = next(); at < MINUTES * 60_000; at += next()) {
      views.push({ at, process: Math.floor(random() * PROCESSES), customerId: `customer ${customer}` });
    }
  }
  return views.toSorted((a, b) => a.at - b.at);

  function next() {
    return -Math.log(1 - random()) * everyMs;
  }
}

async function costOfAHit() {
  console.log('\n| one list of 3 cards | µs (median of 9 × 1,000) |\n| --- | --: |');
  for (const { name, ...setup } of [
    { name: 'from memory' },
    { name: 'from Redis on loopback', redis: redis.url },
    { name: 'from a stub in the same process, without a cache', isCached: false },
  ]) {
    const shop = await openShop({ baseUrl: ottu.url, ttlMs: 3_600_000, ...setup });
    const rounds = [];
    for (let round = 0; round < 10; round += 1) {
      const startedAt = performance.now();
      for (let call = 0; call < 1_000; call += 1) await shop.cards.list({ customerId: 'regular' });
      if (round > 0) rounds.push(performance.now() - startedAt); // the first warms up
    }
    console.log(`| ${name} | ${rounds.toSorted((a, b) => a - b)[4].toFixed(0)} |`);
    await shop.close();
  }
}

async function memory() {
  console.log('\n| customers listed, `maxEntries: 1_000` | heap, MB |\n| --: | --: |');
  const shop = await openShop({ baseUrl: ottu.url, ttlMs: 3_600_000, maxEntries: 1_000 });
  let listed = 0;
  for (const upTo of [100, 1_000, 5_000, 20_000]) {
    for (; listed < upTo; listed += 1) await shop.cards.list({ customerId: `passer-by ${listed}` });
    global.gc();
    console.log(`| ${upTo.toLocaleString('en')} | ${(process.memoryUsage().heapUsed / 2 ** 20).toFixed(1)} |`);
  }
  await shop.close();
}

/** Answers every list with three cards of whoever was asked for, and counts. */
async function startStub() {
  const stub = { requests: 0, url: '', server: createServer((request, response) => void serve(request, response)) };
  stub.server.listen(0, '127.0.0.1');
  await once(stub.server, 'listening');
  stub.url = `http://127.0.0.1:${stub.server.address().port}`;
  return stub;

  async function serve(request, response) {
    const { customer_id } = JSON.parse(await text(request));
    stub.requests += 1;
    const cards = [1, 2, 3].map((number) => ({
      token: `tok-${number}`,
      customer_id,
      brand: 'VISA',
      number: `**** 000${number}`,
      name_on_card: 'TEST HOLDER',
      expiry_month: '01',
      expiry_year: '39',
      pg_code: 'credit-card',
      pg_name: 'ottu_sandbox',
      is_preferred: number === 1,
      is_expired: false,
      cvv_required: true,
      agreements: [],
    }));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(cards));
  }
}

async function startRedis() {
  const dir = mkdtempSync(join(tmpdir(), 'ottu-bench-'));
  const settings = ['--bind', '127.0.0.1', '--port', PORT, '--save', '', '--appendonly', 'no', '--dir', dir];
  const server = spawn('redis-server', settings.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of server.stdout.iterator({ destroyOnReturn: false })) {
    if (String(line).includes('Ready to accept')) break;
  }
  server.stdout.resume();
  return {
    url: `redis://127.0.0.1:${PORT}`,
    flush: async () => {
      const { createClient } = await import('@keyv/redis');
      const client = createClient({ url: `redis://127.0.0.1:${PORT}` });
      await client.connect();
      await client.flushAll();
      client.destroy();
    },
    stop: async () => {
      server.kill();
      await once(server, 'exit');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The same numbers in every run. */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}
