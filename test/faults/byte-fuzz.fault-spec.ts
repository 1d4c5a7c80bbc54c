import { Logger } from '@nestjs/common';
import { OttuError } from 'nestjs-ottu-cards';
import { eventually } from '../support/eventually.js';
import { CANARIES, leaksIn, textsOf } from '../support/leaks.js';
import { runs } from '../support/property.js';
import { RawServer } from './raw-server.js';
import { cardsFor, head } from './replies.js';
import { closeAfterEach } from './setup.js';
import { startShop } from './shop.js';

const { customerId, token } = CANARIES;
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 32);
const fuzzMs = Number(process.env['FUZZ_MS'] ?? runs(20_000));
const LANES = 8;
const NO_CONTENT = head(204, {});

type Random = () => number;

/** What the library logs about thousands of broken answers: looked at, not shown. */
const logged = new Set<string>();
const keep = (...line: unknown[]): void => void logged.add(line.join(' '));

closeAfterEach();

it(
  `bears a valid answer mutated, cut and prolonged at random (FUZZ_SEED=${seed})`,
  async () => {
    const until = performance.now() + fuzzMs;
    const endings = await Promise.all(Array.from({ length: LANES }, (_, lane) => fuzz(mulberry32(seed + lane), until)));
    const seen = new Set(endings.flatMap((lane) => Array.from(lane)));
    expect([...seen]).toEqual(expect.arrayContaining(['fine', 'OttuBadResponseError', 'OttuTimeoutError']));
    expect([...logged].join('\n')).toContain('refused-answer');
    expect(leaksIn({ log: [...logged].join('\n') })).toEqual([]);
  },
  fuzzMs + 10_000,
);

/** One call after the other on a server of its own, so that a seed plays the same again. */
async function fuzz(random: Random, until: number): Promise<Set<string>> {
  const server = await RawServer.start();
  const { service } = await startShop(server.url, { maxRetries: 0, timeoutMs: 150 });
  Logger.overrideLogger({ log: keep, warn: keep, error: keep, debug: keep });
  const endings = new Set<string>();
  server.answer((socket, request) => {
    if (request.text.includes('next-one')) return void socket.write(cardsFor(request));
    return void socket.write(mutated(request.text.startsWith('DELETE') ? NO_CONTENT : cardsFor(request), random));
  });
  while (performance.now() < until) {
    const call = random() < 0.3 ? service.delete({ customerId, token }) : service.list({ customerId });
    const result: unknown = await call.catch((error: unknown) => error);
    if (result instanceof Error) {
      expect(OttuError.is(result)).toBe(true);
      expect(leaksIn(textsOf(result))).toEqual([]);
    }
    endings.add(result instanceof Error ? result.name : 'fine');
    const next = { customerId: 'next-one' };
    expect(await service.list(next, { timeoutMs: 5_000 })).toMatchObject([next]);
  }
  await eventually(() => server.sockets.size <= 1, true);
  await server.stop();
  return endings;
}

/** One to four wounds, each at a random place. */
function mutated(answer: Uint8Array, random: Random): Uint8Array {
  const below = (limit: number): number => Math.floor(random() * limit);
  let bytes = answer;
  for (let wounds = 1 + below(4); wounds > 0; wounds -= 1) {
    const at = below(bytes.length + 1);
    const piece = Buffer.from(Array.from({ length: below(20) }, () => below(256)));
    const end = Math.min(bytes.length, at + below(20));
    const kinds: (() => Uint8Array)[] = [
      () => Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]),
      () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]),
      () => Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(end)]),
      () => bytes.subarray(0, at),
      () => Buffer.concat([bytes, bytes.subarray(at)]),
      () => Buffer.concat([bytes.subarray(0, at), Buffer.from('\r\n'), bytes.subarray(at)]),
    ];
    bytes = kinds[below(kinds.length)]?.() ?? bytes;
  }
  return bytes;
}

/** A small generator with a seed, which `Math.random` lacks. */
function mulberry32(start: number): Random {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
