import { getEventListeners, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { OttuConfigError } from '../errors/errors.js';
import type { OttuCallTrace } from './observability.js';
import type { OttuCall } from './ottu-call.js';
import { OttuTransport, type TransportOptions } from './ottu-transport.js';

const API_KEY = 'obviously-false-key';
const LIST: OttuCall<unknown> = {
  method: 'POST',
  route: '/list/',
  path: '/list/',
  body: '{}',
  operation: 'list',
  effect: 'read',
  secrets: [],
  hints: {},
  read: (answer) => answer,
};

let server: Server;
let origin: string;
let received: IncomingMessage[];
let sockets: Set<Socket>;
let answer: (response: ServerResponse) => void;
let shutdown: AbortController;
let transports: OttuTransport[];
const logger = { debug: () => undefined, log: () => undefined, warn: () => undefined };

const answers =
  (status: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, headers).end('[]');
const silent = (): void => undefined;

beforeEach(async () => {
  [received, sockets, answer, shutdown, transports] = [[], new Set(), answers(200), new AbortController(), []];
  server = createServer((request, response) => {
    received.push(request);
    answer(response);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server is closed.');
  origin = `http://127.0.0.1:${address.port}`;
});
afterEach(async () => {
  shutdown.abort();
  await Promise.all(transports.map((transport) => transport.close()));
  server.closeAllConnections();
  server.close();
});

function start(options: Partial<TransportOptions> = {}): OttuTransport {
  const all = { origin, proxy: undefined, apiKey: API_KEY, timeoutMs: 5_000, maxRetries: 0, ...options };
  const transport = new OttuTransport(all, logger, shutdown.signal);
  transports.push(transport);
  return transport;
}

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'It did not fail.',
    (error: unknown) => error,
  );
}

async function arrived(count: number): Promise<void> {
  while (received.length < count) await sleep(2);
}

describe('the key', () => {
  it('is sent', async () => {
    expect(await start().send(LIST)).toEqual([]);
    expect(received[0]?.headers.authorization).toBe(`Api-Key ${API_KEY}`);
  });

  it('of a function is asked for once in a call, however many requests that takes', async () => {
    let asked = 0;
    const apiKey = (): Promise<string> => Promise.resolve(`key-${(asked += 1)}`);
    const transport = start({ apiKey, maxRetries: 1 });
    answer = (response) => answers(received.length === 1 ? 500 : 200)(response);
    await transport.send(LIST);
    await transport.send(LIST);
    expect(received.map(({ headers }) => headers.authorization)).toEqual([
      'Api-Key key-1',
      'Api-Key key-1',
      'Api-Key key-2',
    ]);
  });

  it('that does not come in time ends the call, and nothing is sent', async () => {
    const transport = start({ apiKey: () => new Promise(silent), timeoutMs: 50 });
    expect(await failureOf(transport.send(LIST))).toMatchObject({ name: 'OttuTimeoutError', attempts: 0 });
    expect(received).toEqual([]);
  });

  it('that cannot be fetched is a failure of the call, and of the status', async () => {
    const failure = new OttuConfigError('The apiKey function failed.');
    const transport = start({ apiKey: () => Promise.reject(failure) });
    expect(await failureOf(transport.send(LIST))).toBe(failure);
    expect(transport.status()).toMatchObject({ failuresInARow: 1, lastFailure: { error: 'OttuConfigError' } });
  });
});

describe('a call', () => {
  it('ends with the module’s time, or with its own', async () => {
    answer = silent;
    const transport = start({ timeoutMs: 60 });
    expect(await failureOf(transport.send(LIST))).toMatchObject({ message: expect.stringContaining('60 ms') });
    expect(await failureOf(transport.send(LIST, { timeoutMs: 30 }))).toMatchObject({
      message: expect.stringContaining('30 ms'),
    });
  });

  it('that is aborted ends with the caller’s reason, is no failure of Ottu, and leaves no listener', async () => {
    answer = silent;
    const transport = start();
    const controller = new AbortController();
    const reason = new Error('gone');
    const aborted = failureOf(transport.send(LIST, { signal: controller.signal }));
    await arrived(1);
    controller.abort(reason);
    expect(await aborted).toBe(reason);
    expect(transport.status()).toEqual({ failuresInARow: 0 });
    answer = answers(200);
    const { signal } = new AbortController();
    await transport.send(LIST, { signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(getEventListeners(shutdown.signal, 'abort')).toEqual([]);
  });

  it('tells its trace what it took', async () => {
    const trace: OttuCallTrace = {
      operation: 'list',
      env: 'sandbox',
      route: LIST.route,
      attempts: 0,
      source: 'ottu',
      durationMs: 0,
    };
    await start().send(LIST, {}, trace);
    expect(trace).toMatchObject({ attempts: 1, status: 200 });
  });

  it('is held back by the application’s limiter, which knows the account by its origin', async () => {
    const keys: string[] = [];
    const consume = (key: string): Promise<never> => {
      keys.push(key);
      // oxlint-disable-next-line prefer-promise-reject-errors -- as rate-limiter-flexible does
      return Promise.reject({ msBeforeNext: 1_000 });
    };
    const held = await failureOf(start({ limiter: { consume } }).send(LIST));
    expect(held).toMatchObject({ name: 'OttuRateLimitError', retryAfterMs: 1_000 });
    expect({ keys, received }).toEqual({ keys: [origin], received: [] });
  });

  it('that defects of the application end is no failure of Ottu', async () => {
    const defect = new TypeError('a defect');
    const read = (): never => {
      throw defect;
    };
    const transport = start();
    expect(await failureOf(transport.send({ ...LIST, read }))).toBe(defect);
    expect(transport.status()).toEqual({ failuresInARow: 0 });
  });
});

it('says how calls have gone, and whether Ottu asked for a pause, until that is ended', async () => {
  const transport = start();
  expect(transport.status()).toEqual({ failuresInARow: 0 });
  answer = answers(429, { 'retry-after': '3600' });
  await failureOf(transport.send(LIST));
  const { rateLimitedForMs = 0, failuresInARow, lastFailure } = transport.status();
  expect({ failuresInARow, error: lastFailure?.error }).toEqual({ failuresInARow: 1, error: 'OttuRateLimitError' });
  expect(rateLimitedForMs).toBeGreaterThan(3_500_000);
  expect(await failureOf(transport.send(LIST))).toMatchObject({ attempts: 0 });

  transport.endRateLimit();
  answer = answers(200);
  expect(await transport.send(LIST)).toEqual([]);
  expect(transport.status()).toMatchObject({ failuresInARow: 0, lastSuccessAt: expect.any(Date) });
  expect(transport.status()).not.toHaveProperty('rateLimitedForMs');
});

describe('closing', () => {
  it('waits for the calls that run, takes no others, and leaves no socket', async () => {
    const release: (() => void)[] = [];
    answer = (response) => void release.push(() => answers(200)(response));
    const transport = start();
    const calls = [transport.send(LIST), transport.send(LIST)];
    await arrived(2);
    let isClosed = false;
    const closing = transport.close().then(() => (isClosed = true));

    const refused = await failureOf(transport.send(LIST));
    expect(String(refused)).toContain('shutting down');
    expect(isClosed).toBe(false);
    release[0]?.();
    await calls[0];
    await sleep(5);
    expect(isClosed).toBe(false);
    release[1]?.();
    expect(await Promise.all(calls)).toEqual([[], []]);
    await closing;
    while (sockets.size > 0) await sleep(2);
    expect(received).toHaveLength(2);
  });

  it('takes no time where nothing runs, and closes what is kept alive', async () => {
    const transport = start();
    await transport.send(LIST);
    expect(sockets.size).toBe(1);
    await transport.close();
    while (sockets.size > 0) await sleep(2);
  });

  it('ends calls when the application has no more time; that is no failure of Ottu', async () => {
    answer = silent;
    const transport = start();
    const call = failureOf(transport.send(LIST));
    await arrived(1);
    shutdown.abort();
    expect(String(await call)).toContain('shutting down');
    expect(transport.status()).toEqual({ failuresInARow: 0 });
  });
});
