import { jest } from '@jest/globals';
import { ConsoleLogger, Logger } from '@nestjs/common';
import { OttuCardsModule, OttuError, UserCardsService } from 'nestjs-ottu-cards';
import { closeAll, startContext } from '../support/application.js';
import { eventually } from '../support/eventually.js';
import { CANARIES, leaksIn, leaksOf } from '../support/leaks.js';
import { captureOutput } from '../support/output.js';
import { ANSWER_FAULTS } from './answer-faults.js';
import { CONNECTION_FAULTS } from './connection-faults.js';
import type { Ending, Fault } from './fault.js';
import { RawServer } from './raw-server.js';
import { cards } from './replies.js';
import { STATUS_FAULTS } from './status-faults.js';

type Method = 'list' | 'delete';
interface Row extends Omit<Fault, Method> {
  readonly method: Method;
  readonly socket: 'cold' | 'warm';
  readonly ending: Ending;
}

const { apiKey, customerId, token } = CANARIES;
const SLACK_MS = 500;
const rows = [...CONNECTION_FAULTS, ...ANSWER_FAULTS, ...STATUS_FAULTS].flatMap(rowsOf);
let server: RawServer;

beforeAll(async () => {
  server = await RawServer.start();
});
afterEach(async () => {
  await closeAll();
  jest.restoreAllMocks();
  Logger.overrideLogger(false);
});
afterAll(() => server.stop());

describe.each(rows)('$fault, $method on a $socket socket', ({ method, socket, ending, replies, timeoutMs = 6_000 }) => {
  it(`ends as ${ending.ends} after ${ending.attempts}`, async () => {
    const service = await startShop(timeoutMs);
    if (socket === 'warm') await warmUp(service);
    server.answer(...replies);

    const call = await observe(() =>
      method === 'list' ? service.list({ customerId }) : service.delete({ customerId, token }),
    );

    expect(nameOf(call.result)).toBe(ending.ends);
    expect(call.elapsedMs).toBeLessThan(timeoutMs + SLACK_MS);
    expect(call.elapsedMs).toBeGreaterThanOrEqual(ending.notBeforeMs ?? 0);
    expect(server.requests).toHaveLength(ending.attempts);
    await eventually(() => server.sockets.size, ending.sockets ?? 1);
    if (call.result instanceof Error) {
      expect(call.result).toMatchObject({ attempts: ending.attempts, ...ending.has });
      expect(call.result.message).toMatch(ending.says ?? /./);
      expect(JSON.parse(JSON.stringify(call.result))).toMatchObject({
        name: ending.ends,
        message: call.result.message,
      });
      expect(await leaksOf(call.result)).toEqual([]);
    }
    expect(leaksIn({ output: call.output })).toEqual([]);
    await closeAll();
    await eventually(() => server.sockets.size, 0);
  });
});

it('has a row for each fault, call and socket', () => {
  expect(rows.length).toBeGreaterThan(200);
  expect(new Set(rows.map(({ fault, method, socket }) => `${fault} ${method} ${socket}`)).size).toBe(rows.length);
});

function rowsOf({ list, delete: remove, ...fault }: Fault): Row[] {
  const endings: [Method, Ending | undefined][] = [
    ['list', list],
    ['delete', remove],
  ];
  return endings.flatMap(([method, ending]) =>
    ending === undefined
      ? []
      : (['cold', 'warm'] as const).map((socket): Row => ({ ...fault, method, socket, ending })),
  );
}

async function startShop(timeoutMs: number): Promise<UserCardsService> {
  server.reset();
  const options = { apiKey, env: 'sandbox', baseUrl: server.url, timeoutMs } as const;
  const shop = await startContext({ imports: [OttuCardsModule.forRoot(options)] });
  Logger.overrideLogger(new ConsoleLogger({ logLevels: ['verbose', 'debug', 'log', 'warn', 'error', 'fatal'] }));
  jest.spyOn(Math, 'random').mockReturnValue(0); // no jitter: retries follow at once unless Ottu asked for a pause
  return shop.get(UserCardsService);
}

async function warmUp(service: UserCardsService): Promise<void> {
  server.answer(cards);
  await service.list({ customerId });
  server.reset();
}

async function observe(call: () => Promise<unknown>): Promise<{ result: unknown; elapsedMs: number; output: string }> {
  const start = performance.now();
  let result: unknown;
  const output = await captureOutput(async () => {
    result = await call().catch((error: unknown) => error);
  });
  return { result, elapsedMs: performance.now() - start, output };
}

function nameOf(result: unknown): string {
  if (result === undefined) return 'done';
  if (Array.isArray(result)) return result.length === 1 ? 'cards' : `${result.length} cards`;
  return OttuError.is(result) ? result.name : String(result);
}
