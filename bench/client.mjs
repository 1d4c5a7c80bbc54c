// One client in a process of its own, so that it does not pay for the garbage of the others. Measures a round of a cell
// whenever its parent asks for one.
import { CLIENTS } from './clients/index.mjs';

const { name, cell, origin, roundMs } = JSON.parse(process.argv[2]);
const client = await CLIENTS[name]();

process.on('message', () => void round().then((figures) => process.send(figures)));
process.send('ready');

async function round() {
  const opened = await client.open(origin);
  globalThis.gc(); // before the warm-up: it throws compiled code away, too
  await load(opened, roundMs / 2);
  const cpu = process.cpuUsage();
  const { seconds, latencies } = await load(opened, roundMs);
  const { user, system } = process.cpuUsage(cpu);
  await opened.close();
  latencies.sort((a, b) => a - b);
  const percentile = (share) => latencies[Math.floor(latencies.length * share)];
  return {
    perSecond: latencies.length / seconds,
    p50: percentile(0.5),
    p99: percentile(0.99),
    cpuPerCall: (user + system) / latencies.length,
  };
}

/** So many callers, each one call after the other, every call for another customer. */
async function load(opened, forMs) {
  const latencies = [];
  const start = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: cell.concurrency }, async () => {
      while (performance.now() - start < forMs) {
        const began = performance.now();
        await opened[cell.operation](`c${cell.cards}-${(next += 1)}`);
        latencies.push(performance.now() - began);
      }
    }),
  );
  return { seconds: (performance.now() - start) / 1_000, latencies };
}
