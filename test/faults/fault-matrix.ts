import { closeAll } from '../support/application.js';
import { type ErrorApp, startErrorApp } from '../support/error-app.js';
import { eventually } from '../support/eventually.js';
import { leaksIn, leaksOf } from '../support/leaks.js';
import type { Ending, Fault } from './fault.js';
import { type RawRequest, RawServer } from './raw-server.js';
import { cards } from './replies.js';
import { type Method, type Observed, restore, type Shop, startShop } from './shop.js';

interface Row extends Omit<Fault, Method | 'timeoutMs'> {
  readonly method: Method;
  readonly socket: 'cold' | 'warm';
  readonly ending: Ending;
  readonly timeoutMs: number;
}

/** What a row came to. */
interface Seen {
  readonly call: Observed;
  readonly requests: readonly RawRequest[];
}

const SLACK_MS = 500;
/** Many rows only wait, for Ottu's pause or for a deadline: so many wait side by side. */
const AT_ONCE = 12;

/** Tests each fault with a list and a delete, on a new and on a used socket. @param atLeast so many rows, or some are lost */
export function testFaults(faults: readonly Fault[], { atLeast }: { readonly atLeast: number }): void {
  const rows = faults.flatMap(rowsOf);
  let errorApp: ErrorApp;

  beforeAll(async () => {
    errorApp = await startErrorApp();
  });
  afterAll(() => errorApp.close());

  it('has a row for each fault, call and socket', () => {
    expect(rows.length).toBeGreaterThanOrEqual(atLeast);
    expect(new Set(rows.map(({ fault, method, socket }) => `${fault} ${method} ${socket}`)).size).toBe(rows.length);
  });

  for (let first = 0; first < rows.length; first += AT_ONCE) {
    const group = rows.slice(first, first + AT_ONCE);
    describe(`rows ${first + 1} to ${first + group.length}`, () => testRows(group, () => errorApp));
  }
}

/** A server and a shop for each row; the calls of all rows begin at once. */
function testRows(rows: readonly Row[], errorApp: () => ErrorApp): void {
  let outcomes: readonly PromiseSettledResult<Seen>[] = [];

  beforeAll(async () => {
    const runs: (() => Promise<Seen>)[] = [];
    for (const row of rows) {
      const server = await RawServer.start();
      const shop = await startShop(server.url, { timeoutMs: row.timeoutMs });
      runs.push(async () => run(row, server, shop));
    }
    outcomes = await Promise.allSettled(runs.map(async (start) => start()));
  }, 30_000);
  afterAll(closeAll, 30_000);
  afterAll(restore);

  describe.each(rows.map((row, index) => ({ ...row, index })))(
    '$fault, $method on a $socket socket',
    ({ index, ending, timeoutMs }) => {
      it(`ends as ${ending.ends} after ${ending.attempts}`, async () => {
        const outcome = outcomes[index];
        if (outcome?.status !== 'fulfilled') throw outcome?.reason;
        const { call, requests } = outcome.value;
        expect(call.ending).toBe(ending.ends);
        expect(call.elapsedMs).toBeLessThan(timeoutMs + SLACK_MS);
        expect(call.elapsedMs).toBeGreaterThanOrEqual(ending.notBeforeMs ?? 0);
        expect(requests).toHaveLength(ending.attempts);
        if (call.result instanceof Error) {
          const { name, message } = call.result;
          expect(call.result).toMatchObject({ attempts: ending.attempts, ...ending.has });
          expect(message).toMatch(ending.says ?? /./);
          expect(JSON.parse(JSON.stringify(call.result))).toMatchObject({ name, message, ...ending.has });
          expect(await leaksOf(call.result)).toEqual([]);
          const { answer, log } = await errorApp().answerTo(call.result);
          expect(answer).toMatch(/^500 /);
          expect(leaksIn({ answer, log })).toEqual([]);
        }
        expect(leaksIn({ output: call.output })).toEqual([]);
      });
    },
  );
}

/** The call of a row, and the sockets that are open after it and after the end of the application. */
async function run({ method, socket, ending, replies }: Row, server: RawServer, shop: Shop): Promise<Seen> {
  try {
    if (socket === 'warm') {
      server.answer(cards);
      await shop.call('list');
      server.reset();
    }
    server.answer(...replies);
    const call = await shop.call(method);
    await eventually(() => server.sockets.size, ending.sockets ?? 1);
    await shop.context.close();
    await eventually(() => server.sockets.size, 0);
    return { call, requests: server.requests };
  } finally {
    await server.stop();
  }
}

function rowsOf({ fault, replies, timeoutMs = 6_000, ...endings }: Fault): Row[] {
  const rows: Row[] = [];
  for (const method of ['list', 'delete'] as const) {
    const ending = endings[method];
    if (ending === undefined) continue;
    for (const socket of ['cold', 'warm'] as const) rows.push({ fault, replies, timeoutMs, method, socket, ending });
  }
  return rows;
}
