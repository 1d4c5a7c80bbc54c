import { jest } from '@jest/globals';
import dns from 'node:dns';
import type { Socket } from 'node:net';
import { eventually } from '../support/eventually.js';
import { leaksIn, leaksOf } from '../support/leaks.js';
import { RawServer } from './raw-server.js';
import { answer, cards, deleted } from './replies.js';
import { closeAfterEach } from './setup.js';
import { type Method, startShop } from './shop.js';
import { trustTestAuthority } from './trust.js';

let servers: RawServer[] = [];

closeAfterEach();
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

interface Row {
  readonly fault: string;
  readonly attempts: number;
  readonly says: RegExp;
  readonly ends?: string;
  readonly timeoutMs?: number;
  /** Gives the origin to call. */
  readonly arrange: () => Promise<string>;
}

const ROWS: readonly Row[] = [
  { fault: 'connection refused', attempts: 3, says: /ECONNREFUSED.*Check the network/, arrange: closedPort },
  { fault: 'a resolver that fails for now', attempts: 3, says: /EAI_AGAIN/, arrange: () => unresolved('EAI_AGAIN') },
  {
    fault: 'an unknown host',
    attempts: 1,
    says: /ENOTFOUND.*check merchantId/,
    arrange: () => unresolved('ENOTFOUND'),
  },
  ...[
    { fault: 'a self-signed certificate', certificate: 'self-signed', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    { fault: 'an expired certificate', certificate: 'expired', code: 'CERT_HAS_EXPIRED' },
    { fault: "another host's certificate", certificate: 'wrong-host', code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
  ].map(({ fault, certificate, code }): Row => ({
    fault,
    attempts: 1,
    says: new RegExp(`${code}.*certificate does not hold`),
    arrange: () => tls(certificate),
  })),
  {
    fault: 'TLS to a plain port',
    attempts: 1,
    says: /does not speak TLS/,
    arrange: () => plainPort((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  },
  {
    fault: 'a handshake that stalls',
    attempts: 3,
    ends: 'OttuTimeoutError',
    says: /No answer/,
    timeoutMs: 900,
    arrange: () => plainPort(() => undefined),
  },
  {
    fault: 'a handshake that is reset',
    attempts: 3,
    says: /ECONNRESET/,
    arrange: () => plainPort((socket) => void socket.resetAndDestroy()),
  },
  {
    fault: 'a handshake that is closed',
    attempts: 3,
    says: /ECONNRESET/,
    arrange: () => plainPort((socket) => void socket.end()),
  },
];

const METHODS: readonly Method[] = ['list', 'delete'];

describe.each(ROWS)('$fault', ({ arrange, attempts, says, ends = 'OttuUnavailableError', timeoutMs = 6_000 }) => {
  it.each(METHODS)(`ends a %s as ${ends}: nothing was sent`, async (method) => {
    const shop = await startShop(await arrange(), { timeoutMs });
    const { result, ending, elapsedMs, output } = await shop.call(method);
    expect(ending).toBe(ends);
    expect(result).toMatchObject({ attempts, retryable: attempts > 1, message: expect.stringMatching(says) });
    expect(JSON.parse(JSON.stringify(result))).toMatchObject({ retryable: attempts > 1 });
    expect(elapsedMs).toBeLessThan(timeoutMs + 500);
    expect(await leaksOf(result)).toEqual([]);
    expect(leaksIn({ output })).toEqual([]);
    for (const server of servers) {
      expect(server.requests).toEqual([]);
      await eventually(() => server.sockets.size, 0);
    }
  });
});

it('lists over TLS with a certificate that holds', async () => {
  const shop = await startShop(await tls('trusted'));
  servers[0]?.answer(cards);
  expect(await shop.call('list')).toMatchObject({ ending: 'cards' });
  expect(await shop.call('list')).toMatchObject({ ending: 'cards' });
  expect(servers[0]?.connections).toBe(1);
});

it.each<[fault: string, code: string]>([
  ['a refused connection', 'ECONNREFUSED'],
  ['a resolver that failed', 'EAI_AGAIN'],
])('takes a 404 after %s for what it says: not found', async (_fault, code) => {
  const server = await start();
  const shop = await startShop(server.url.replace('127.0.0.1', 'localhost'));
  failLookupOnce(code);
  server.answer(answer(404, { detail: 'Not found.' }));
  expect(await shop.call('delete')).toMatchObject({ ending: 'OttuNotFoundError', result: { attempts: 2 } });
});

it('lets a delete through that was refused before', async () => {
  const server = await start();
  const shop = await startShop(server.url.replace('127.0.0.1', 'localhost'));
  failLookupOnce('ECONNREFUSED');
  server.answer(deleted);
  expect(await shop.call('delete')).toMatchObject({ ending: 'done' });
});

async function start(certificate?: string): Promise<RawServer> {
  const server = await RawServer.start(certificate);
  servers.push(server);
  return server;
}

async function closedPort(): Promise<string> {
  const server = await RawServer.start();
  const { url } = server;
  await server.stop();
  return url;
}

/** A TLS server; the authority of the test certificates is trusted from now on. */
async function tls(certificate: string): Promise<string> {
  trustTestAuthority();
  return (await start(certificate)).url;
}

async function plainPort(greeting: (socket: Socket) => void): Promise<string> {
  const server = await start();
  server.greet(greeting);
  return server.url.replace('http:', 'https:');
}

async function unresolved(code: string): Promise<string> {
  jest.spyOn(dns, 'lookup').mockImplementation(failingLookup(code));
  return 'http://localhost:1';
}

function failLookupOnce(code: string): void {
  jest.spyOn(dns, 'lookup').mockImplementationOnce(failingLookup(code));
}

/** The resolver of this machine is the one thing that no server on loopback can break. */
function failingLookup(code: string): typeof dns.lookup {
  const lookup = (_host: string, _options: object, done: (error: Error) => void): void => {
    process.nextTick(done, Object.assign(new Error(`getaddrinfo ${code}`), { code }));
  };
  return lookup as typeof dns.lookup;
}
