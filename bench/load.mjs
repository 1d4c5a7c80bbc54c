// Runs every client of a cell in interleaved rounds, in one process, and sends the figures to its parent.
import { rawSocket, undiciPool } from './clients/limits.mjs';
import { library } from './clients/library.mjs';
import { bareAxios, httpService, stripeNode } from './clients/peers.mjs';

const CLIENTS = [rawSocket, undiciPool, library, stripeNode, bareAxios, httpService];
const { cell, origin, statsUrl, rounds, roundMs } = JSON.parse(process.argv[2]);

const results = [];
for (let round = 0; round < rounds; round += 1) {
  for (const client of CLIENTS) results.push({ client: client.name, round, ...(await measure(client)) });
}
process.send(results);
process.disconnect();

async function measure(client) {
  await stats(); // forgets what came before
  const opened = await client.open(origin);
  const warmUp = await load(opened, roundMs / 5);
  globalThis.gc?.();
  const cpu = process.cpuUsage();
  const { calls, seconds, latencies } = await load(opened, roundMs);
  const { user, system } = process.cpuUsage(cpu);
  const { peak, handshakes } = await stats();
  await opened.close();
  latencies.sort((a, b) => a - b);
  const percentile = (share) => latencies[Math.floor(latencies.length * share)];
  return {
    perSecond: calls / seconds,
    p50: percentile(0.5),
    p99: percentile(0.99),
    cpuPerCall: (user + system) / calls,
    sockets: peak,
    handshakes: (handshakes / (warmUp.calls + calls)) * 1_000,
  };
}

/** `concurrency` callers in a row of calls each, every call for another customer. */
async function load(client, forMs) {
  const latencies = [];
  const start = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: cell.concurrency }, async () => {
      while (performance.now() - start < forMs) {
        const began = performance.now();
        await client[cell.operation](`c${cell.cards}-${(next += 1)}`);
        latencies.push(performance.now() - began);
      }
    }),
  );
  return { calls: latencies.length, seconds: (performance.now() - start) / 1_000, latencies };
}

async function stats() {
  return (await fetch(statsUrl)).json();
}
