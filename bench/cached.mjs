// How many lists a second come from the memory cache, in a process of its own: prints the median of the rounds.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { OttuCardsModule, UserCardsService } from 'nestjs-ottu-cards';
import { cardCache } from 'nestjs-ottu-cards/cache';
import { API_KEY } from './clients/requests.mjs';

const { origin, rounds, roundMs } = JSON.parse(process.argv[2]);
const CUSTOMERS = 100;

const cache = cardCache({ ttlMs: 3_600_000, maxEntries: 1_000 });
const module = OttuCardsModule.forRoot({ apiKey: API_KEY, env: 'sandbox', baseUrl: origin, cache });
const app = await NestFactory.createApplicationContext(module, { logger: false });
const cards = app.get(UserCardsService);

const speeds = [];
for (let round = 0; round <= rounds; round += 1) speeds.push(await listsPerSecond()); // the first fills the cache
const [, ...measured] = speeds;
console.log(measured.toSorted((a, b) => a - b)[Math.floor(measured.length / 2)]);
await app.close();

async function listsPerSecond() {
  const start = performance.now();
  let calls = 0;
  while (performance.now() - start < roundMs) {
    for (let n = 0; n < CUSTOMERS; n += 1) await cards.list({ customerId: `c3-${n}` });
    calls += CUSTOMERS;
  }
  return (calls / (performance.now() - start)) * 1_000;
}
