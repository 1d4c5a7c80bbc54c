import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { closeWithTest } from '../support/application.js';
import { listening, type ShopProcess } from '../support/shop-process.js';

jest.setTimeout(30_000); // a shop starts in a second, on a busy machine in some

const REPO = join(import.meta.dirname, '../..');
const MAIN = join(REPO, 'dist/apps/sample-test/apps/sample/src/main.js');

/** Whatever a developer's own environment and .env say: an empty value counts as absent. */
const NOTHING_SET = {
  OTTU_API_KEY: '',
  OTTU_ENV: '',
  OTTU_MERCHANT_ID: '',
  OTTU_HMAC_KEY: '',
  REDIS_URL: '',
  SESSION_SECRET: '',
  HOST: '',
  NODE_ENV: '',
};

/** The sample shop in a process of its own. */
export interface Sample extends ShopProcess {
  readonly process: ChildProcess;
}

/** Starts the shop; it ends with the test. */
export async function startSample(env: NodeJS.ProcessEnv = {}): Promise<Sample> {
  const settings = { ...process.env, ...NOTHING_SET, PORT: '0', ...env };
  const child = spawn(process.execPath, [MAIN], { cwd: REPO, env: settings });
  const exit = once(child, 'exit');
  closeWithTest(async () => {
    child.kill();
    await exit;
  });
  return { ...(await listening(child)), process: child };
}

interface Visit {
  readonly cookie?: string;
  readonly body?: object;
  /** @default what a page of the shop sends in an older browser */
  readonly headers?: Record<string, string>;
}

/** Sends a request as a page of the shop would. */
export async function visit(url: string, method = 'GET', { cookie, body, headers }: Visit = {}): Promise<Response> {
  return fetch(url, {
    method,
    headers: {
      ...(cookie && { cookie }),
      ...(body && { 'content-type': 'application/json' }),
      ...(headers ?? { origin: new URL(url).origin }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

/** The JSON that a request is answered with. */
export async function answer(...sent: Parameters<typeof visit>): Promise<unknown> {
  return (await visit(...sent)).json();
}

/** The session cookie of a demo customer, as a browser would send it back. */
export async function signIn(url: string, customer: string): Promise<string> {
  const response = await visit(`${url}/session`, 'POST', { body: { customer } });
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

/** Where a customer's first card is deleted. */
export async function firstCard(url: string, cookie: string): Promise<string> {
  const [card] = JSON.parse(await (await visit(`${url}/wallet/cards`, 'GET', { cookie })).text());
  return `${url}/wallet/cards/${card.id}`;
}

/** The status of a request under a `Host` that fetch would not send. */
export async function statusUnderHost(url: string, host: string, method = 'GET'): Promise<number | undefined> {
  const sent = request(url, { method, headers: { host, 'content-type': 'application/json' } });
  sent.end(method === 'GET' ? undefined : '{}');
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}
