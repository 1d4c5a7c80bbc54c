import { closeAll } from '../support/application.js';
import { type ErrorApp, startErrorApp } from '../support/error-app.js';
import { eventually } from '../support/eventually.js';
import { leaksIn, leaksOf } from '../support/leaks.js';
import { ANSWER_FAULTS } from './answer-faults.js';
import { CONNECTION_FAULTS } from './connection-faults.js';
import type { Ending, Fault } from './fault.js';
import { cards } from './replies.js';
import { useRawServer } from './setup.js';
import { type Method, startShop } from './shop.js';
import { STATUS_FAULTS } from './status-faults.js';

interface Row extends Omit<Fault, Method> {
  readonly method: Method;
  readonly socket: 'cold' | 'warm';
  readonly ending: Ending;
}

const SLACK_MS = 500;
const ROWS = [...CONNECTION_FAULTS, ...ANSWER_FAULTS, ...STATUS_FAULTS].flatMap(rowsOf);
const server = useRawServer();
let errorApp: ErrorApp;

beforeAll(async () => {
  errorApp = await startErrorApp();
});
afterAll(() => errorApp.close());

describe.each(ROWS)('$fault, $method on a $socket socket', ({ method, socket, ending, replies, timeoutMs = 6_000 }) => {
  it(`ends as ${ending.ends} after ${ending.attempts}`, async () => {
    const shop = await startShop(server.url, { timeoutMs });
    if (socket === 'warm') {
      server.answer(cards);
      await shop.call('list');
      server.reset();
    }
    server.answer(...replies);

    const call = await shop.call(method);

    expect(call.ending).toBe(ending.ends);
    expect(call.elapsedMs).toBeLessThan(timeoutMs + SLACK_MS);
    expect(call.elapsedMs).toBeGreaterThanOrEqual(ending.notBeforeMs ?? 0);
    expect(server.requests).toHaveLength(ending.attempts);
    await eventually(() => server.sockets.size, ending.sockets ?? 1);
    if (call.result instanceof Error) {
      const { name, message } = call.result;
      expect(call.result).toMatchObject({ attempts: ending.attempts, ...ending.has });
      expect(message).toMatch(ending.says ?? /./);
      expect(JSON.parse(JSON.stringify(call.result))).toMatchObject({ name, message, ...ending.has });
      expect(await leaksOf(call.result)).toEqual([]);
      const { answer, log } = await errorApp.answerTo(call.result);
      expect(answer).toMatch(/^500 /);
      expect(leaksIn({ answer, log })).toEqual([]);
    }
    expect(leaksIn({ output: call.output })).toEqual([]);
    await closeAll();
    await eventually(() => server.sockets.size, 0);
  });
});

it('has a row for each fault, call and socket', () => {
  expect(ROWS.length).toBeGreaterThan(200);
  expect(new Set(ROWS.map(({ fault, method, socket }) => `${fault} ${method} ${socket}`)).size).toBe(ROWS.length);
});

function rowsOf({ fault, replies, timeoutMs, ...endings }: Fault): Row[] {
  const rows: Row[] = [];
  for (const method of ['list', 'delete'] as const) {
    const ending = endings[method];
    if (ending === undefined) continue;
    for (const socket of ['cold', 'warm'] as const) rows.push({ fault, replies, timeoutMs, method, socket, ending });
  }
  return rows;
}
