import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { HttpException } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { BodyParserErrors } from './body-parser-errors.js';
import { WEBHOOK_ROUTE } from './webhooks.controller.js';

const mount = Symbol('mount');
const elsewhere = Symbol('elsewhere');
const WARNING =
  'Refused a webhook: it is larger than the body parser of the application allows. Ottu does not send it again. ' +
  'Raise the limit: app.useBodyParser("json", { limit: "512kb" }).';

type Path = string | RegExp;
type Use = (path: string, ...handlers: unknown[]) => void;

const OURS: [Path, symbol][] = [['/webhooks/ottu', mount]];

function hostOf(adapter: ExpressAdapter): HttpAdapterHost {
  const host = new HttpAdapterHost();
  host.httpAdapter = adapter;
  return host;
}

/** What comes out of an error of the body parser at `path`, in an application with these routes, and what is logged. */
async function thrown(error: unknown, path = '/webhooks/ottu', routes = OURS) {
  const adapter = new ExpressAdapter();
  const log: string[] = [];
  adapter.use((_request: unknown, _response: unknown, next: (error: unknown) => void) => next(error));
  for (const [route, itsMount] of routes) {
    const handler = () => undefined;
    Reflect.defineMetadata(WEBHOOK_ROUTE, itsMount, handler);
    (adapter.post as Use)(route as string, () => undefined, handler);
  }
  new BodyParserErrors(hostOf(adapter), mount, { warn: (line: string) => void log.push(line) }).onModuleInit();
  let out: unknown;
  adapter.use((given: unknown, _request: unknown, response: { end(): void }, _next: unknown) => {
    out = given;
    response.end();
  });
  const server = createServer(adapter.getInstance()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await (await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST' })).text();
  server.close();
  return { out, log };
}

/** As body-parser throws it. */
const quoting = (status: unknown = 400) =>
  Object.assign(new SyntaxError('Unexpected token t in {"token"'), { type: 'entity.parse.failed', status });

it.each<[status: number, errorCode: string, log: string[]]>([
  [400, 'not_json', []],
  [415, 'not_json', []],
  [413, 'too_large', [WARNING]],
  [499, 'not_json', []],
])('an error of the body parser with status %d becomes %s', async (status, errorCode, log) => {
  const answer = await thrown(quoting(status));
  expect(answer.out instanceof HttpException && answer.out.getResponse()).toMatchObject({ errorCode });
  expect(answer.log).toEqual(log);
});

it.each([
  ["is the application's own fault", quoting(500)],
  ['has a status that is no number', quoting('400')],
  ['has no type', Object.assign(new Error('of another middleware'), { status: 400 })],
  ['has no status', Object.assign(new Error('of another middleware'), { type: 'odd' })],
  ['is no error', { type: 'entity.parse.failed', status: 400 }],
])('an error that %s stays as it is', async (_what, error) => {
  expect((await thrown(error)).out).toBe(error);
});

it.each<[where: string, path: string, routes: [Path, symbol][]]>([
  ['at another path', '/elsewhere', OURS],
  ['at a longer path', '/webhooks/ottu/further', OURS],
  ['on the route of another mount', '/webhooks/ottu', [['/webhooks/ottu', elsewhere]]],
  ['on a route that is no text', '/webhooks', [[/^\/webhooks/, mount]]],
  ['where there is no route', '/', []],
])('an error %s stays as it is', async (_where, path, routes) => {
  const error = quoting();
  expect((await thrown(error, path, routes)).out).toBe(error);
});

it('finds its route among others', async () => {
  const { out } = await thrown(quoting(), '/b', [
    ['/a', elsewhere],
    ['/b', mount],
  ]);
  expect(out).toBeInstanceOf(HttpException);
});

it.each([
  ['without HTTP', () => new HttpAdapterHost()],
  ['on Fastify', () => hostOf(Object.assign(new ExpressAdapter(), { getType: () => 'fastify', use: undefined }))],
])('does nothing %s', (_where, host) => {
  expect(() => new BodyParserErrors(host(), mount, console).onModuleInit()).not.toThrow();
});
