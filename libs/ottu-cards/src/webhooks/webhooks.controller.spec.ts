import { HttpException } from '@nestjs/common';
import { WebhookProcessor } from './webhook-processor.js';
import { createWebhooksController } from './webhooks.controller.js';

interface Receiver {
  receive(headers: Readonly<Record<string, unknown>>, body: unknown): Promise<void>;
}

type Problem = Awaited<ReturnType<WebhookProcessor['receive']>>;

const LIMIT = 512 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };
const NOT_JSON = [
  400,
  { statusCode: 400, errorCode: 'not_json', message: 'The body must be a JSON object, sent as application/json.' },
];
const TOO_LARGE = [
  413,
  {
    statusCode: 413,
    errorCode: 'too_large',
    message: 'The body must not have more than 512 KiB, nor nest deeper than 64 levels.',
  },
];
const MISCONFIGURED = [
  500,
  { statusCode: 500, errorCode: 'misconfigured', message: 'The endpoint is not set up correctly.' },
];

/** Posts to the controller: the answer's status and body, what reached the processor, and what was logged. */
async function post(headers: Readonly<Record<string, unknown>>, body: unknown, problem?: Problem) {
  const received: unknown[] = [];
  const log: string[] = [];
  const logger = { error: (line: string) => void log.push(line) };
  const OttuWebhooksController = createWebhooksController({ mount: Symbol('mount'), logger, path: 'webhooks' });
  const receiver: Receiver = new OttuWebhooksController({
    receive: async (given: unknown) => {
      received.push(given);
      return problem;
    },
  });
  const answer = await receiver.receive(headers, body).catch((error: unknown) => {
    if (!(error instanceof HttpException)) throw error;
    return [error.getStatus(), error.getResponse()];
  });
  return { answer, received, log };
}

/** An object of this size as JSON. */
const bodyOf = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });

it('hands a JSON object on, and answers nothing', async () => {
  const body = { a: 1 };
  const { answer, received, log } = await post({ ...JSON_TYPE, 'content-length': '7' }, body);
  expect([answer, received, log]).toEqual([undefined, [body], []]);
});

it.each<[problem: Problem, statusCode: number, message: string]>([
  ['invalid_signature', 401, 'The signature does not hold.'],
  ['not_handled', 500, 'The event is not handled yet.'],
])('answers %s with %d', async (errorCode, statusCode, message) => {
  const { answer } = await post({ ...JSON_TYPE, 'content-length': '7' }, { a: 1 }, errorCode);
  expect(answer).toEqual([statusCode, { statusCode, errorCode, message }]);
});

describe('a body that is not told to be JSON', () => {
  it.each([
    ['application/json'],
    ['Application/JSON'],
    ['application/json; charset=utf-8'],
    ['application/json ;charset=utf-8'],
    ['application/json '],
  ])('is one of any other type than %p', async (type) => {
    const { answer } = await post({ 'content-type': type, 'content-length': '7' }, { a: 1 });
    expect(answer).toBeUndefined();
  });

  it.each([[undefined], ['text/plain'], ['application/jsonp'], ['application/json+x'], ['x-application/json']])(
    'is one of the type %p',
    async (type) => {
      const { answer, received } = await post({ 'content-type': type, 'content-length': '7' }, { a: 1 });
      expect([answer, received]).toEqual([NOT_JSON, []]);
    },
  );

  it.each([[undefined], [null], ['text'], [5], [[{ a: 1 }]]])('is %p, which is no object', async (body) => {
    const { answer, received, log } = await post({ ...JSON_TYPE, 'content-length': '0' }, body);
    expect([answer, received, log]).toEqual([NOT_JSON, [], []]);
  });

  it.each([[null], ['text'], [5], [[{ a: 1 }]]])('is %p, with a length', async (body) => {
    const { answer, received } = await post({ ...JSON_TYPE, 'content-length': '9' }, body);
    expect([answer, received]).toEqual([NOT_JSON, []]);
  });

  it('is none', async () => {
    expect((await post(JSON_TYPE, {})).answer).toEqual(NOT_JSON);
    expect((await post({ ...JSON_TYPE, 'content-length': '0' }, {})).answer).toEqual(NOT_JSON);
  });
});

it.each([
  ['is not there', { 'content-length': '9' }, undefined],
  ['is not there, in chunks', { 'transfer-encoding': 'chunked' }, undefined],
  ['is bytes', { 'content-length': '9' }, Buffer.from('{"a":"b"}')],
])('a parsed body that %s is the fault of the application, which the log says', async (_what, headers, body) => {
  const { answer, received, log } = await post({ ...JSON_TYPE, ...headers }, body);
  expect([answer, received]).toEqual([MISCONFIGURED, []]);
  expect(log).toEqual([
    'A webhook came in whose body nobody has parsed. Leave Nest’s body parser on, or parse JSON on this route before ' +
      'it: app.useBodyParser("json", { limit: "512kb" }).',
  ]);
});

it('does not look into what is not JSON: the parser of a form can make a circle', async () => {
  const body: Record<string, unknown> = {};
  for (const name of ['a', 'b', 'c']) body[name] = { fields: body };
  const { answer, received } = await post({ 'content-type': 'multipart/form-data', 'content-length': '206' }, body);
  expect([answer, received]).toEqual([NOT_JSON, []]);
});

describe('a body of more than 512 KiB', () => {
  const chunked = { 'transfer-encoding': 'chunked' };

  it.each<[by: string, headers: Record<string, string>, body: object]>([
    ['its length', { 'content-length': `${LIMIT}` }, bodyOf(LIMIT + 1)],
    ['its length, not compressed', { 'content-length': `${LIMIT}`, 'content-encoding': 'identity' }, bodyOf(LIMIT + 1)],
    [
      'its length and what was parsed, compressed',
      { 'content-length': '9', 'content-encoding': 'gzip' },
      bodyOf(LIMIT),
    ],
    ['what was parsed, in chunks', chunked, bodyOf(LIMIT)],
  ])('is one with a byte more than this by %s', async (_by, headers, body) => {
    expect((await post({ ...JSON_TYPE, ...headers }, body)).answer).toBeUndefined();
  });

  it.each<[by: string, headers: Record<string, string>, body: object]>([
    ['its length', { 'content-length': `${LIMIT + 1}` }, {}],
    ['its length, though parsed to less', { 'content-length': `${LIMIT + 1}`, 'content-encoding': 'gzip' }, {}],
    ['what was parsed, compressed', { 'content-length': '9', 'content-encoding': 'gzip' }, bodyOf(LIMIT + 1)],
    ['what was parsed, in chunks', chunked, bodyOf(LIMIT + 1)],
    ['its bytes, not its letters', chunked, { a: 'é'.repeat(LIMIT / 2) }],
  ])('is refused by %s', async (_by, headers, body) => {
    const { answer, received } = await post({ ...JSON_TYPE, ...headers }, body);
    expect([answer, received.length]).toEqual([TOO_LARGE, 0]); // a difference of bodies takes long to print
  });

  it.each([
    [63, undefined],
    [64, TOO_LARGE],
    [100_000, TOO_LARGE],
  ])('with %i lists in each other inside of it is answered %j', async (depth, expected) => {
    const body: unknown = JSON.parse(`{"a":1,"b":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect((await post({ ...JSON_TYPE, ...chunked }, body)).answer).toEqual(expected);
    expect((await post({ ...JSON_TYPE, 'content-length': '200' }, body)).answer).toEqual(expected);
  });
});

it('puts decorators on a class of its own for each mount; what is none waits for the check at boot', () => {
  const decorated: unknown[] = [];
  const decorate = (target: unknown) => void decorated.push(target);
  const mounted = { mount: Symbol('mount'), logger: console, path: 'webhooks' };
  const one = createWebhooksController({ ...mounted, decorators: [decorate] });
  const other = createWebhooksController(mounted);
  expect(decorated).toEqual([one]);
  expect(other).not.toBe(one);
  for (const decorators of [['Public'], {}, 5, null]) {
    expect(createWebhooksController({ ...mounted, decorators: decorators as never })).toBeDefined();
  }
});
