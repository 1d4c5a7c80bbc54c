import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import axios, { type AxiosResponse } from 'axios';
import type { Dispatcher } from 'undici';
import { Deadline } from '../common/deadline.js';
import { Attempt, type AttemptConnection, axiosOver } from './undici.adapter.js';

const ATTEMPT_MS = 1_000;
const MIB = 1024 * 1024;
const REQUEST: Dispatcher.DispatchOptions = {
  method: 'POST',
  path: '/b/pbl/v2/card/',
  headers: ['Authorization', 'Api-Key obviously-false'],
  body: '{"type":"sandbox"}',
};
const CONTROLLER: Dispatcher.DispatchController = {
  aborted: false,
  paused: false,
  reason: null,
  abort: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
};

let deadline: Deadline;
let done: string[];
beforeEach(() => {
  jest.useFakeTimers();
  [deadline, done] = [new Deadline({ timeoutMs: 60_000 }), []];
});
afterEach(() => {
  deadline.release();
  jest.restoreAllMocks();
  jest.useRealTimers();
});

function start(method: 'POST' | 'DELETE' = 'POST', reused = false): Attempt {
  const attempt = new Attempt({ ...REQUEST, method }, { timeoutMs: ATTEMPT_MS, deadline, freshConnection: false });
  const connection: AttemptConnection = {
    reused,
    abandon: () => done.push('abandoned'),
    release: () => done.push('released'),
  };
  return Object.assign(attempt, { connection });
}

function fails(attempt: Attempt, code: string | undefined, name = 'Error'): void {
  attempt.onResponseError(CONTROLLER, Object.assign(new Error('as undici words it'), { name, ...(code && { code }) }));
}

/** What has come of an attempt without waiting. */
async function resultOf(attempt: Attempt): Promise<unknown> {
  const result = await Promise.race([attempt.result, Promise.resolve('none yet')]);
  return typeof result === 'object' && 'body' in result ? { ...result, body: String(result.body) } : result;
}

function answers(attempt: Attempt, status: number, headers: Record<string, string | string[]> = {}): void {
  attempt.onRequestStart();
  attempt.onResponseStart(CONTROLLER, status, headers);
}

describe('an attempt', () => {
  it.each(['POST', 'DELETE'] as const)('%s settles with the whole answer when it ends', async (method) => {
    const attempt = start(method);
    answers(attempt, 200, { 'retry-after': ['1', '2'] });
    for (const chunk of ['[', '', '"a long card"', ']']) attempt.onResponseData(CONTROLLER, Buffer.from(chunk));
    expect([await resultOf(attempt), attempt.isOver]).toEqual(['none yet', false]);
    attempt.onResponseEnd();
    expect(await resultOf(attempt)).toEqual({
      kind: 'answered',
      status: 200,
      retryAfter: ['1', '2'],
      body: '["a long card"]',
    });
    expect(attempt.isOver).toBe(true);
    expect(done).toEqual(['released']);
    expect(jest.getTimerCount()).toBe(1); // that of the deadline
  });

  it('skips every answer that is only on the way', async () => {
    const attempt = start('POST', true);
    answers(attempt, 100);
    attempt.onResponseStart(CONTROLLER, 199, {});
    fails(attempt, 'UND_ERR_SOCKET');
    expect(await resultOf(attempt)).toEqual({ kind: 'broken', code: 'UND_ERR_SOCKET', stale: true });
  });

  it('inherits no status from a polluted prototype', async () => {
    const attempt = start();
    fails(attempt, 'ECONNREFUSED');
    expect(Object.getPrototypeOf(await attempt.result)).toBeNull();
  });

  it.each<[name: string | undefined, code: string | undefined, told: string]>([
    ['Error', 'ECONNREFUSED', 'ECONNREFUSED'],
    ['ConnectTimeoutError', undefined, 'ConnectTimeoutError'],
  ])('that found no connection is unreachable: %s %s', async (name, code, told) => {
    const attempt = start();
    fails(attempt, code, name);
    expect(await resultOf(attempt)).toEqual({ kind: 'unreachable', code: told });
    expect(done).toEqual(['released']);
  });

  it.each([
    [true, true],
    [false, false],
  ])('whose connection breaks before an answer, and was reused: %p, is stale: %p', async (reused, stale) => {
    const attempt = start('POST', reused);
    attempt.onRequestStart();
    fails(attempt, 'ECONNRESET');
    expect(await resultOf(attempt)).toEqual({ kind: 'broken', code: 'ECONNRESET', stale });
  });

  it('whose reused connection breaks after the answer began is not stale', async () => {
    const attempt = start('POST', true);
    answers(attempt, 200);
    fails(attempt, 'ECONNRESET');
    expect(await resultOf(attempt)).toEqual({ kind: 'broken', code: 'ECONNRESET', stale: false });
  });

  it('needs no connection to start', async () => {
    const attempt = start();
    attempt.connection = undefined;
    attempt.onRequestStart();
    fails(attempt, 'ECONNRESET');
    expect(await resultOf(attempt)).toEqual({ kind: 'broken', code: 'ECONNRESET', stale: false });
    const answered = start();
    answered.connection = undefined;
    answers(answered, 204);
    answered.onResponseEnd();
    expect(await resultOf(answered)).toMatchObject({ status: 204 });
    const late = start();
    late.connection = undefined;
    jest.advanceTimersByTime(ATTEMPT_MS);
    expect(await resultOf(late)).toEqual({ kind: 'late', sent: false });
  });

  it.each([
    ['HTTPParserError', 'HPE_INVALID_CONSTANT', 'malformed'],
    ['HTTPParserError', 'HPE_INVALID_EOF_STATE', 'broken'],
    ['HeadersOverflowError', 'UND_ERR_HEADERS_OVERFLOW', 'malformed'],
    ['ResponseContentLengthMismatchError', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'malformed'],
    ['SocketError', 'UND_ERR_SOCKET', 'broken'],
  ])('that ends with %s %s is %s', async (name, code, kind) => {
    const attempt = start();
    attempt.onRequestStart();
    fails(attempt, code, name);
    const told = kind === 'broken' ? { stale: false } : { what: 'breaks the HTTP protocol' };
    expect(await resultOf(attempt)).toEqual({ kind, code, ...told });
  });

  it.each<[method: 'POST' | 'DELETE', status: number, kind: string]>([
    ['DELETE', 204, 'answered'],
    ['DELETE', 200, 'broken'],
    ['DELETE', 404, 'answered'],
    ['POST', 204, 'broken'],
    ['POST', 299, 'broken'],
    ['POST', 300, 'answered'],
    ['POST', 500, 'answered'],
  ])('%s whose answer %i is cut is %s: the status alone decides, or it does not', async (method, status, kind) => {
    const attempt = start(method);
    answers(attempt, status, { 'retry-after': '7' });
    attempt.onResponseData(CONTROLLER, Buffer.from('{"det'));
    fails(attempt, 'ECONNRESET');
    expect(await resultOf(attempt)).toMatchObject(
      kind === 'answered' ? { kind, status, retryAfter: '7', body: '{"det' } : { kind, code: 'ECONNRESET' },
    );
  });

  it('keeps its first result', async () => {
    const attempt = start('DELETE');
    answers(attempt, 204);
    attempt.onResponseEnd();
    fails(attempt, 'ECONNRESET');
    expect(await resultOf(attempt)).toMatchObject({ kind: 'answered', status: 204 });
  });
});

describe('time', () => {
  it.each([true, false])('ends an attempt as late, and it is abandoned; sent: %p', async (sent) => {
    const attempt = start();
    if (sent) attempt.onRequestStart();
    jest.advanceTimersByTime(ATTEMPT_MS - 1);
    expect(await resultOf(attempt)).toBe('none yet');
    jest.advanceTimersByTime(1);
    expect(await resultOf(attempt)).toEqual({ kind: 'late', sent });
    expect(done).toEqual(['abandoned']);
  });

  it('takes a status that decides by itself as the answer', async () => {
    const attempt = start('DELETE');
    answers(attempt, 204);
    jest.advanceTimersByTime(ATTEMPT_MS);
    expect(await resultOf(attempt)).toMatchObject({ kind: 'answered', status: 204 });
  });

  it('ends an attempt when the call ends', async () => {
    const controller = new AbortController();
    deadline.release();
    deadline = new Deadline({ timeoutMs: 60_000, signal: controller.signal });
    const attempt = start();
    controller.abort();
    expect(await resultOf(attempt)).toEqual({ kind: 'late', sent: false });
    expect(done).toEqual(['abandoned']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leaves none to an attempt whose call has ended already', async () => {
    deadline.release();
    deadline = new Deadline({ timeoutMs: 60_000, signal: AbortSignal.abort() });
    const attempt = new Attempt(REQUEST, { timeoutMs: ATTEMPT_MS, deadline, freshConnection: false });
    expect(attempt.isOver).toBe(true);
    expect(await resultOf(attempt)).toEqual({ kind: 'late', sent: false });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is nothing to an attempt that is over', () => {
    const attempt = start();
    answers(attempt, 200);
    attempt.onResponseEnd();
    jest.advanceTimersByTime(60_000);
    expect(done).toEqual(['released']);
  });
});

describe('a body', () => {
  it.each(['gzip', 'br', 'identity, gzip', 'xidentity', 'identityx'])(
    'in the coding %s, which nobody asked for, is refused',
    async (coding) => {
      const attempt = start();
      answers(attempt, 200, { 'content-encoding': coding });
      attempt.onResponseData(CONTROLLER, Buffer.from('x'));
      expect(await resultOf(attempt)).toEqual({
        kind: 'malformed',
        code: 'UNASKED_ENCODING',
        what: 'is encoded, which nobody asked for',
      });
      expect(done).toEqual(['abandoned']);
    },
  );

  it.each(['', 'identity', 'Identity'])('in the coding "%s" is read', async (coding) => {
    const attempt = start();
    answers(attempt, 200, { 'content-encoding': coding });
    attempt.onResponseData(CONTROLLER, Buffer.from('[]'));
    attempt.onResponseEnd();
    expect(await resultOf(attempt)).toMatchObject({ kind: 'answered', body: '[]' });
  });

  it('that is not to be read leaves the status where that decides', async () => {
    const attempt = start();
    answers(attempt, 500, { 'content-encoding': 'gzip' });
    attempt.onResponseData(CONTROLLER, Buffer.from('x'));
    expect(await resultOf(attempt)).toMatchObject({ kind: 'answered', status: 500, body: '' });
  });

  it('of 1 MiB is read, and of one byte more is not', async () => {
    const [fits, tooLarge] = [start(), start()];
    for (const attempt of [fits, tooLarge]) {
      answers(attempt, 200);
      attempt.onResponseData(CONTROLLER, Buffer.alloc(MIB - 1));
      attempt.onResponseData(CONTROLLER, Buffer.alloc(1));
      expect(attempt.isOver).toBe(false);
    }
    tooLarge.onResponseData(CONTROLLER, Buffer.alloc(1));
    expect(await resultOf(tooLarge)).toEqual({
      kind: 'malformed',
      code: 'BODY_TOO_LARGE',
      what: 'is larger than 1 MiB',
    });
    expect(done).toEqual(['abandoned']);
    fits.onResponseEnd();
    const result = await fits.result;
    expect('body' in result && result.body.length).toBe(MIB);
  });

  it('in many small pieces costs few buffers', async () => {
    const made = jest.spyOn(Buffer, 'allocUnsafe');
    const attempt = start();
    answers(attempt, 200);
    const text = Array.from({ length: 1_024 }, (_, index) => String(index % 10));
    for (const character of text) attempt.onResponseData(CONTROLLER, Buffer.from(character));
    const sizes = made.mock.calls.map(([size]) => size).filter((size) => size > 1);
    expect(sizes.length).toBeLessThanOrEqual(10);
    attempt.onResponseEnd();
    expect(await resultOf(attempt)).toMatchObject({ body: text.join('') });
  });
});

describe('an axios of this library', () => {
  const overScript = (act: (attempt: Attempt) => void): ReturnType<typeof axiosOver> =>
    axiosOver((attempt) => {
      sent.push(attempt);
      act(attempt);
    });
  const answer = (attempt: Attempt): void => {
    answers(attempt, 200);
    attempt.onResponseEnd();
  };
  const through = (instance: ReturnType<typeof axiosOver>, config: object): Promise<AxiosResponse<unknown>> =>
    instance.request(config);
  let sent: Attempt[];
  beforeEach(() => {
    sent = [];
  });

  it('hands on the attempt that it is given, with nothing of its own', async () => {
    const attempt = start();
    const { config } = await through(overScript(answer), { attempt });
    expect(sent).toHaveLength(1);
    expect(sent[0]).toBe(attempt);
    expect({ ...attempt.request }).toEqual(REQUEST);
    expect(Object.getPrototypeOf(attempt.request)).toBeNull();
    expect(inspect([config, attempt], { depth: 9 })).not.toMatch(/obviously-false|"type"/);
  });

  it('takes none of the defaults of the application', async () => {
    const { defaults } = axios;
    const before = { ...defaults };
    const transformResponse = (): string => 'spoilt';
    Object.assign(defaults, { baseURL: 'https://elsewhere.example', transformResponse });
    try {
      const { data } = await through(overScript(answer), { attempt: start() });
      expect(data).toMatchObject({ kind: 'answered', status: 200 });
    } finally {
      Reflect.deleteProperty(defaults, 'baseURL');
      Object.assign(defaults, before);
    }
  });

  it('resolves with what the attempt came to, whatever its status', async () => {
    const failing = through(
      overScript((attempt) => answers(attempt, 500)),
      { attempt: start() },
    );
    await jest.advanceTimersByTimeAsync(ATTEMPT_MS);
    expect(await failing).toMatchObject({ status: 500, data: { kind: 'answered', status: 500 } });
    const silent = through(
      overScript(() => undefined),
      { attempt: start() },
    );
    await jest.advanceTimersByTimeAsync(ATTEMPT_MS);
    expect(await silent).toMatchObject({ status: 0, statusText: '', data: { kind: 'late', sent: false } });
  });

  it.each([{}, { attempt: { freshConnection: false } }])('sends nothing for anybody else: %j', async (strange) => {
    const refused = through(overScript(answer), strange);
    await expect(refused).rejects.toThrow(new TypeError('Only OttuTransport sends through this axios'));
    expect(sent).toEqual([]);
  });
});
