import { jest } from '@jest/globals';
import axios, { type InternalAxiosRequestConfig } from 'axios';
import type { Dispatcher } from 'undici';
import { Deadline, type DeadlineOptions } from '../common/deadline.js';
import { UnexpectedShapeError } from '../errors/errors.js';
import type { AttemptResult } from './attempt-result.js';
import { LimiterCheck, type OttuLimiter } from './limiter.js';
import type { OttuCallTrace } from './observability.js';
import type { OttuCall } from './ottu-call.js';
import { RetryLoop } from './retry-loop.js';
import { RateLimitGate, RetryBudget } from './retry-policy.js';
import { Attempt } from './undici.adapter.js';

const ORIGIN = 'https://pay.shop.example';
const API_KEY = 'obviously-false-key';
const TIMEOUT_MS = 12_000;

const LIST: OttuCall<unknown> = {
  method: 'POST',
  route: '/list/',
  path: '/list/?v=2',
  body: '{"type":"sandbox"}',
  operation: 'list',
  effect: 'read',
  secrets: [],
  hints: {},
  read: (answer) => ({ read: answer }),
};
const DELETE: OttuCall<unknown> = {
  ...LIST,
  method: 'DELETE',
  route: '/card/{token}/',
  path: '/card/tok-1/',
  body: null,
  operation: 'delete',
  effect: 'delete',
  read: () => 'deleted',
};

const answered = (status: number, body = '', retryAfter?: string): AttemptResult => ({
  kind: 'answered',
  status,
  retryAfter,
  body: Buffer.from(body),
});
const DONE = answered(200, '[]');
const DELETED = answered(204);
const GONE = answered(404, '{"detail":"Not found."}');
const DOWN = answered(500);
const LATE: AttemptResult = { kind: 'late', sent: true };
const UNREACHABLE: AttemptResult = { kind: 'unreachable', code: 'ECONNREFUSED' };
const BROKEN: AttemptResult = { kind: 'broken', code: 'ECONNRESET', stale: false };
const STALE: AttemptResult = { kind: 'broken', code: 'ECONNRESET', stale: true };
const busy = (seconds: number): AttemptResult => answered(429, '', String(seconds));

/** What an attempt comes to, at once or after a time; or something that happens instead. */
type Step = AttemptResult | (() => AttemptResult | Promise<AttemptResult>);

interface Setting {
  readonly call?: OttuCall<unknown>;
  readonly maxRetries?: number;
  readonly deadline?: Partial<DeadlineOptions>;
  readonly consume?: OttuLimiter['consume'];
  readonly trace?: OttuCallTrace;
}

interface Sent extends Dispatcher.DispatchOptions {
  readonly freshConnection: boolean;
  readonly at: number;
  /** When it would have been given up without an answer. */
  lateAt: number | undefined;
}

let [lines, requests, deadlines]: [string[], Sent[], Deadline[]] = [[], [], []];
let gate: RateLimitGate;
let budget: RetryBudget;
const keep = (level: string) => (line: string) => void lines.push(`${level} ${line}`);
const logger = { debug: keep('debug'), log: keep('log'), warn: keep('warn') };

beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
  [lines, requests] = [[], []];
  [gate, budget] = [new RateLimitGate(logger), new RetryBudget()];
});
afterEach(() => {
  for (const deadline of deadlines.splice(0)) deadline.release();
  jest.restoreAllMocks();
  jest.useRealTimers();
});

/** Does a call whose attempts come to these results, one after the other. */
function start(steps: readonly Step[], { call = LIST, maxRetries = 2, ...rest }: Setting = {}): Promise<unknown> {
  const script = [...steps];
  const deadline = new Deadline({ timeoutMs: TIMEOUT_MS, ...rest.deadline });
  deadlines.push(deadline);
  const adapter = async (config: InternalAxiosRequestConfig) => {
    const attempt = 'attempt' in config ? config.attempt : undefined;
    if (!(attempt instanceof Attempt)) throw new Error('A request without an attempt');
    const { request, freshConnection } = attempt;
    const sent: Sent = { ...request, freshConnection, at: Date.now(), lateAt: undefined };
    requests.push(sent);
    void attempt.result.then(() => (sent.lateAt = Date.now()));
    const step = script.shift();
    if (step === undefined) throw new Error(`An attempt too many, with the key ${API_KEY}`);
    const data = typeof step === 'function' ? await step() : step;
    return { data, status: 0, statusText: '', headers: {}, config };
  };
  const limiter = rest.consume && new LimiterCheck({ consume: rest.consume }, ORIGIN, logger);
  const context = { axios: axios.create({ adapter }), budget, gate, limiter, logger, maxRetries };
  return new RetryLoop(call, deadline, API_KEY, context, rest.trace).run();
}

interface End {
  readonly value?: unknown;
  readonly error?: unknown;
  /** When, in milliseconds from the start. */
  readonly atMs: number;
}

/** As `start`, until it has ended. */
async function end(steps: readonly Step[], setting?: Setting): Promise<End> {
  const startedAt = Date.now();
  const call = start(steps, setting).then(
    (value): End => ({ value, atMs: Date.now() - startedAt }),
    (error: unknown): End => ({ error, atMs: Date.now() - startedAt }),
  );
  await jest.advanceTimersByTimeAsync(60_000);
  return call;
}

/** undici takes names and values in turn. */
function headersOf(request: Sent | undefined): Record<string, string> {
  const list = (request?.headers ?? []) as string[]; // the product gives it so
  return Object.fromEntries(list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1] ?? '']] : [])));
}

function aTrace(): OttuCallTrace {
  return { operation: 'list', env: 'sandbox', route: LIST.route, attempts: 0, source: 'ottu', durationMs: 0 };
}

describe('a call', () => {
  it('is one request where that is answered', async () => {
    const trace = aTrace();
    expect(await end([DONE], { trace })).toEqual({ value: { read: [] }, atMs: 0 });
    expect(requests).toMatchObject([
      { method: 'POST', path: '/list/?v=2', body: LIST.body, lateAt: TIMEOUT_MS / 3, freshConnection: false },
    ]);
    expect(headersOf(requests[0])).toEqual({
      Accept: 'application/json',
      'Accept-Encoding': 'identity',
      'Content-Type': 'application/json',
      'User-Agent': 'nestjs-ottu-cards',
      Authorization: `Api-Key ${API_KEY}`,
    });
    expect(trace).toMatchObject({ attempts: 1, status: 200 });
    expect(lines).toEqual([]);
  });

  it('names no type of a body that it does not have', async () => {
    await end([DELETED], { call: DELETE });
    expect(headersOf(requests[0])).not.toHaveProperty('Content-Type');
    expect(requests).toMatchObject([{ method: 'DELETE', path: '/card/tok-1/', body: null }]);
  });

  it('is repeated after pauses that grow, each with a line that says why', async () => {
    const trace = aTrace();
    expect(await end([DOWN, UNREACHABLE, DONE], { trace })).toEqual({ value: { read: [] }, atMs: 100 + 200 });
    expect(requests.map(({ at }) => at)).toEqual([0, 100, 300]);
    expect(lines).toEqual([
      'debug retry call="POST /list/" reason=unavailable code=500 attempt=1 delayMs=100',
      'debug retry call="POST /list/" reason=unavailable code=ECONNREFUSED attempt=2 delayMs=200',
    ]);
    expect(trace).toMatchObject({ attempts: 3, status: 200 });
  });

  it('tells the last status also where the last attempt had none', async () => {
    const trace = aTrace();
    await end([DOWN, UNREACHABLE], { trace, maxRetries: 1 });
    expect(trace).toMatchObject({ attempts: 2, status: 500 });
  });

  it('tells of a pause in whole milliseconds', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.123456);
    await end([LATE, DONE]);
    expect(lines).toEqual(['debug retry call="POST /list/" reason=timeout code=LATE attempt=1 delayMs=25']);
  });

  it.each([0, 1, 2])('is repeated %i times at most where maxRetries says so', async (maxRetries) => {
    const { error } = await end([DOWN, DOWN, DOWN], { maxRetries });
    expect(error).toMatchObject({ name: 'OttuUnavailableError', status: 500, attempts: maxRetries + 1 });
    expect(requests).toHaveLength(maxRetries + 1);
    expect(requests[0]?.lateAt).toBe(TIMEOUT_MS / (maxRetries + 1));
  });

  it('is not repeated where another attempt would bring the same', async () => {
    const { error } = await end([answered(400, '{"detail":"Nonsense."}')]);
    expect(error).toMatchObject({ name: 'OttuRefusedError', detail: 'Nonsense.', attempts: 1 });
  });

  it('is not repeated without a token of the budget, and success earns one again', async () => {
    while (budget.spend());
    expect((await end([DOWN])).error).toMatchObject({ attempts: 1 });
    for (let time = 0; time < 10; time += 1) await end([DONE]);
    expect(await end([DOWN, DONE])).toMatchObject({ value: { read: [] } });
    expect((await end([DOWN])).error).toMatchObject({ attempts: 1 });
  });

  it('spends no token where it may not be repeated anyway', async () => {
    for (let time = 0; time < 20; time += 1) await end([answered(400)]);
    for (let time = 0; time < 20; time += 1) await end([DOWN], { maxRetries: 0 });
    expect(await end([DOWN, DONE])).toMatchObject({ value: { read: [] } });
  });

  it('goes out at once, and on fresh connections from then on, where the server had closed the kept one', async () => {
    expect(await end([STALE, DOWN, DONE])).toMatchObject({ atMs: 200 });
    expect(requests).toMatchObject([
      { at: 0, freshConnection: false },
      { at: 0, freshConnection: true },
      { at: 200, freshConnection: true },
    ]);
  });

  it('takes an error of the client for a broken connection, and shows nothing of it', async () => {
    const { error } = await end([]);
    expect(error).toMatchObject({ name: 'OttuUnavailableError', attempts: 3 });
    expect(lines[0]).toBe('debug retry call="POST /list/" reason=unavailable code=CLIENT attempt=1 delayMs=100');
    expect([...lines, String(error)].join('\n')).not.toContain(API_KEY);
  });

  it('leaves no timer to an attempt that the client has failed', async () => {
    await expect(start([], { maxRetries: 0 })).rejects.toMatchObject({ name: 'OttuUnavailableError' });
    deadlines[0]?.release();
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('an answer', () => {
  const odd = (error: Error): OttuCall<unknown> => ({
    ...LIST,
    read: () => {
      throw error;
    },
  });

  it('of another shape is refused, with a line that says why, and earns nothing', async () => {
    while (budget.spend());
    for (let time = 0; time < 10; time += 1) {
      const { error } = await end([DONE], { call: odd(new UnexpectedShapeError('[3].token', 'must be a string')) });
      expect(error).toMatchObject({
        name: 'OttuBadResponseError',
        message:
          "Ottu's answer to POST /list/ (status 200) is not trusted: it is of another shape: [3].token must be a string.",
        attempts: 1,
        status: 200,
      });
    }
    expect(lines[0]).toBe('warn refused-answer call="POST /list/" why="[3].token must be a string" attempts=1');
    expect(budget.spend()).toBe(false);
  });

  it('that a defect of the reader cannot read is no answer of another shape', async () => {
    const defect = new TypeError('a defect');
    expect(await end([DONE], { call: odd(defect) })).toEqual({ error: defect, atMs: 0 });
    expect(lines).toEqual([]);
  });

  it('that is not trusted is refused, with a line that says why', async () => {
    const { error } = await end([answered(204)]);
    expect(error).toMatchObject({ name: 'OttuBadResponseError', status: 204 });
    expect(lines).toEqual(['warn refused-answer call="POST /list/" why="holds nothing" attempts=1']);
  });
});

describe('a delete', () => {
  it.each<[name: string, steps: Step[], expected: object]>([
    ['is done with a 204', [DELETED], { value: 'deleted' }],
    ['is done with a 404 after an attempt that may have arrived', [BROKEN, GONE], { value: 'deleted' }],
    ['is done with a 404 after such an attempt and others', [LATE, busy(1), GONE], { value: 'deleted' }],
    ['of what is not there is not found', [GONE], { error: { name: 'OttuNotFoundError', attempts: 1 } }],
    [
      'is not found after attempts that did not arrive',
      [UNREACHABLE, busy(1), GONE],
      { error: { name: 'OttuNotFoundError' } },
    ],
    [
      'is unknown after three attempts that may have arrived',
      [BROKEN, BROKEN, BROKEN],
      { error: { name: 'OttuDeleteUnknownError', attempts: 3 } },
    ],
    [
      'is unknown with its status after such an attempt, whatever comes then',
      [BROKEN, answered(401)],
      { error: { name: 'OttuDeleteUnknownError', attempts: 2, status: 401 } },
    ],
    [
      'is unknown after such an attempt and one without a connection',
      [BROKEN, UNREACHABLE, UNREACHABLE],
      { error: { name: 'OttuDeleteUnknownError', attempts: 3 } },
    ],
    ['that was refused is refused', [answered(400)], { error: { name: 'OttuRefusedError' } }],
  ])('%s', async (_name, steps, expected) => {
    expect(await end(steps, { call: DELETE })).toMatchObject(expected);
  });

  it('alone may have acted: a list that is refused after a broken connection is refused', async () => {
    expect((await end([BROKEN, answered(401)])).error).toMatchObject({ name: 'OttuAuthError' });
    expect((await end([BROKEN, GONE])).error).toMatchObject({ name: 'OttuRefusedError', status: 404 });
  });
});

describe('a pause that Ottu asks for', () => {
  it('is kept, and a tenth of it more', async () => {
    expect(await end([busy(3), DONE])).toMatchObject({ atMs: 3_150 });
    expect(gate.remainingMs(performance.now())).toBeUndefined();
  });

  it.each([429, 503])('of a %i that is too long for the call holds for all calls', async (status) => {
    const { error, atMs } = await end([answered(status, '', '3600')]);
    expect(error).toMatchObject({ status, attempts: 1, retryAfterMs: 3_600_000 });
    expect(atMs).toBe(0);
    const next = await end([]);
    expect(next.error).toMatchObject({ name: 'OttuRateLimitError', attempts: 0, retryAfterMs: 3_540_000 });
    expect(requests).toHaveLength(1);
  });

  it('that does not fit in the rest of the call holds for all calls, too', async () => {
    await end([busy(5)], { deadline: { timeoutMs: 5_000 } });
    expect(lines).toEqual(['warn gate-closed forMs=5000']);
  });

  it('with another status holds for nobody', async () => {
    await end([answered(500, '', '3600'), answered(500, '', '3600'), answered(500, '', '3600')]);
    expect(gate.remainingMs(performance.now())).toBeUndefined();
  });

  it('is not asked for by a 429 that names no time', async () => {
    const { error } = await end([answered(429), answered(429), answered(429)]);
    expect(error).toMatchObject({ name: 'OttuRateLimitError', attempts: 3 });
    expect(gate.remainingMs(performance.now())).toBeUndefined();
    expect(lines.join()).not.toContain('gate');
  });

  it('is over when any other answer comes', async () => {
    gate.close(3_600_000, performance.now());
    jest.advanceTimersByTime(5 * 60_000);
    await end([UNREACHABLE], { maxRetries: 0 });
    expect(gate.remainingMs(performance.now())).toBeDefined();
    jest.advanceTimersByTime(5 * 60_000);
    await end([answered(400)]);
    expect(gate.remainingMs(performance.now())).toBeUndefined();
  });

  it('says nothing of a delete that an earlier attempt may have carried out', async () => {
    const breaks = (): AttemptResult => {
      gate.close(3_600_000, performance.now()); // by another call
      return BROKEN;
    };
    expect((await end([breaks], { call: DELETE })).error).toMatchObject({
      name: 'OttuDeleteUnknownError',
      attempts: 1,
    });
    expect((await end([], { call: DELETE })).error).toMatchObject({ name: 'OttuRateLimitError', attempts: 0 });
  });
});

describe('a limiter', () => {
  const nothingLeft = { msBeforeNext: 1_500 };

  it('is asked before every request, with what it is for', async () => {
    const consume = jest.fn(() => Promise.resolve());
    await end([DOWN, DONE], { consume });
    expect(consume.mock.calls).toEqual([
      [ORIGIN, 1, { operation: 'list' }],
      [ORIGIN, 1, { operation: 'list' }],
    ]);
  });

  it('holds a request back', async () => {
    // oxlint-disable-next-line prefer-promise-reject-errors -- as rate-limiter-flexible does
    const { error } = await end([], { consume: () => Promise.reject(nothingLeft) });
    expect(error).toMatchObject({ name: 'OttuRateLimitError', attempts: 0, retryAfterMs: 1_500 });
    expect(String(error)).toContain('(limiter)');
    expect(requests).toEqual([]);
  });

  it('that holds a retry back says nothing of a delete that an earlier attempt may have carried out', async () => {
    const consume = jest.fn<OttuLimiter['consume']>().mockResolvedValueOnce(undefined).mockRejectedValue(nothingLeft);
    const { error } = await end([BROKEN], { consume, call: DELETE });
    expect(error).toMatchObject({ name: 'OttuDeleteUnknownError', attempts: 1 });
  });

  it('is not asked while Ottu wants no requests', async () => {
    gate.close(3_600_000, performance.now());
    const consume = jest.fn(() => Promise.resolve());
    expect((await end([], { consume })).error).toMatchObject({ name: 'OttuRateLimitError', retryAfterMs: 3_600_000 });
    expect(consume).not.toHaveBeenCalled();
  });

  it('lets nothing go out that Ottu asked to keep while it was asked', async () => {
    const consume = (): Promise<void> => {
      gate.close(3_600_000, performance.now());
      return Promise.resolve();
    };
    expect((await end([], { consume })).error).toMatchObject({ name: 'OttuRateLimitError', attempts: 0 });
    expect(requests).toEqual([]);
  });

  it.each<[how: string, consume: OttuLimiter['consume']]>([
    ['answers too late', () => new Promise(() => undefined)],
    // oxlint-disable-next-line prefer-promise-reject-errors -- as rate-limiter-flexible does
    ['refuses at the end', () => new Promise((__, reject) => setTimeout(reject, 500, nothingLeft))],
  ])('that %s does not outlast the call', async (_name, consume) => {
    const { error, atMs } = await end([], { consume, deadline: { timeoutMs: 500 } });
    expect(error).toMatchObject({ name: 'OttuTimeoutError', attempts: 0 });
    expect(atMs).toBe(500);
    expect(requests).toEqual([]);
  });
});

describe('the end of the call', () => {
  const TIMED_OUT = 'No answer from Ottu for POST /list/ within 1000 ms (timeoutMs).';

  it('lets nothing begin', async () => {
    const controller = new AbortController();
    controller.abort();
    const { error } = await end([], { deadline: { shutdown: controller.signal } });
    expect(error).toMatchObject({ name: 'OttuUnavailableError', attempts: 0 });
    expect(String(error)).toContain('shutting down');
    expect(requests).toEqual([]);
  });

  it.each([
    [100, 1],
    [101, 2],
  ])('leaves no retry after a pause of 100 ms where %i ms are left', async (timeoutMs, attempts) => {
    const { error, atMs } = await end([DOWN, DOWN], { deadline: { timeoutMs }, maxRetries: 1 });
    expect(error).toMatchObject({ name: 'OttuUnavailableError', attempts });
    expect(atMs).toBe(attempts === 1 ? 0 : 100);
  });

  it('is what a call ends with whose last attempt it cut', async () => {
    const slow = (): Promise<AttemptResult> => new Promise((resolve) => setTimeout(resolve, 1_000, LATE));
    const { error } = await end([slow], { deadline: { timeoutMs: 1_000 } });
    expect(error).toMatchObject({ name: 'OttuTimeoutError', message: TIMED_OUT, attempts: 1 });
  });

  it('is what a call ends with also where a connection broke in that moment', async () => {
    const slow = (): Promise<AttemptResult> => new Promise((resolve) => setTimeout(resolve, 1_000, BROKEN));
    const { error } = await end([slow], { deadline: { timeoutMs: 1_000 } });
    expect(error).toMatchObject({ name: 'OttuTimeoutError', message: TIMED_OUT });
  });

  it('comes at once to a call that waits for its next attempt', async () => {
    const controller = new AbortController();
    const ended = start([busy(3)], { deadline: { shutdown: controller.signal } }).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(1_000);
    controller.abort();
    expect(String(await ended)).toContain('shutting down');
    expect(requests).toHaveLength(1);
  });

  it('leaves a delete unknown whose attempt it cut', async () => {
    const slow = (): Promise<AttemptResult> => new Promise((resolve) => setTimeout(resolve, 1_000, LATE));
    const { error } = await end([slow], { call: DELETE, deadline: { timeoutMs: 1_000 } });
    expect(error).toMatchObject({ name: 'OttuDeleteUnknownError', attempts: 1 });
  });

  it('does not hide the answer that came with it', async () => {
    const slow = (): Promise<AttemptResult> => new Promise((resolve) => setTimeout(resolve, 1_000, DONE));
    expect(await end([slow], { deadline: { timeoutMs: 1_000 } })).toMatchObject({ value: { read: [] } });
  });

  it('is told of an attempt that had its share of the time, and was the last', async () => {
    const { error } = await end([LATE], { maxRetries: 0, deadline: { timeoutMs: 1_000 } });
    expect(error).toMatchObject({
      name: 'OttuTimeoutError',
      message:
        'No answer from Ottu for POST /list/ within 1000 ms, the share of timeoutMs that one attempt has; no further one was left.',
    });
  });
});
