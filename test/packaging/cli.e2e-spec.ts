import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { installTarball } from './installed.js';

// `npx nestjs-ottu-cards fake`, from the packed tarball.

const { folder, library, remove } = installTarball();
const bin = join(library, 'dist/esm/cli/main.js');
const environment = { ...process.env, NODE_OPTIONS: '' };
const started: ChildProcess[] = [];
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await Promise.all(started.splice(0).map(ended));
});
afterAll(remove);

/** The command as it runs in a terminal: what it has printed, and a way to type. */
interface Terminal {
  readonly child: ChildProcess;
  /** Waits until it has printed this, and gives all that it printed. */
  printed(pattern: RegExp): Promise<string>;
  type(line: string): void;
}

function run(...args: readonly string[]): Terminal {
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder, env: environment });
  started.push(child);
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  return {
    child,
    async printed(pattern) {
      const deadline = performance.now() + 10_000;
      while (!pattern.test(output) && performance.now() < deadline) await sleep(20);
      expect(output).toMatch(pattern);
      return output;
    },
    type: (line) => void child.stdin.write(`${line}\n`),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

async function refused(...args: readonly string[]): Promise<{ code: unknown; stderr: string }> {
  try {
    await promisify(execFile)(process.execPath, [bin, ...args], { cwd: folder, env: environment, timeout: 10_000 });
  } catch (error) {
    return error as { code: unknown; stderr: string };
  }
  throw new Error('The command was expected to fail.');
}

/** The values that the command prints for `.env`. */
function dotEnv(output: string): Record<string, string> {
  return Object.fromEntries([...output.matchAll(/^(OTTU_\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
}

/** A shop that answers webhooks with this status, and keeps their bodies. */
async function startShop(status: number): Promise<{ url: string; bodies: string[] }> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const respond = async (): Promise<void> => {
      bodies.push(await text(request));
      response.writeHead(status).end();
    };
    void respond();
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { url: `http://127.0.0.1:${port}/webhooks/ottu`, bodies };
}

it('is what npx runs under the name of the package', async () => {
  const { stdout } = await promisify(execFile)('npm', ['pkg', 'get', 'bin'], { cwd: library });
  expect(JSON.parse(stdout)).toEqual({ 'nestjs-ottu-cards': './dist/esm/cli/main.js' });
});

it('lists six cards with nothing but what it prints for .env', async () => {
  const terminal = run('fake', '--port', '0', '--customer', 'customer-7');
  const { OTTU_API_KEY, OTTU_ENV, OTTU_BASE_URL, ...more } = dotEnv(await terminal.printed(/Ctrl\+C/));
  const answer = await fetch(`${OTTU_BASE_URL}/b/pbl/v2/card/`, {
    method: 'POST',
    headers: { authorization: `Api-Key ${OTTU_API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: OTTU_ENV, customer_id: 'customer-7' }),
  });
  expect(await answer.json()).toHaveLength(6);
  expect(more).toEqual({});
});

it('pays on Enter, and sends the very same signed webhook again on r', async () => {
  const shop = await startShop(200);
  const terminal = run('fake', '--port=0', `--webhook=${shop.url}`, '--hmac-key=another-false-key');
  expect(dotEnv(await terminal.printed(/Ctrl\+C/))).toMatchObject({ OTTU_HMAC_KEY: 'another-false-key' });
  terminal.type('');
  await terminal.printed(/Paid as customer-1 and saved a card\. The webhook was answered with 200\./);
  terminal.type('r');
  await terminal.printed(/The same webhook again\. The webhook was answered with 200\./);
  expect(shop.bodies).toEqual([shop.bodies[0], shop.bodies[0]]);
  expect(JSON.parse(shop.bodies[0] ?? '')).toMatchObject({ customer_id: 'customer-1', result: 'success' });
});

it('tells what to do when the webhook is refused or nobody listens', async () => {
  const shop = await startShop(401);
  const terminal = run('fake', '--port=0', `--webhook=${shop.url}`);
  terminal.type('r');
  await terminal.printed(/Nothing was sent yet: press Enter to pay\./);
  terminal.type('');
  await terminal.printed(/answered with 401\. Has your application the same HMAC key\?/);
  servers.at(-1)?.closeAllConnections();
  servers.at(-1)?.close();
  terminal.type('r');
  await terminal.printed(/did not arrive: does your application listen at http:/);
});

it('ends with Ctrl+C', async () => {
  const terminal = run('fake', '--port=0');
  await terminal.printed(/Ctrl\+C/);
  const exit = once(terminal.child, 'exit');
  terminal.child.kill('SIGINT');
  expect(await exit).toEqual([0, null]);
});

it.each([
  [['fake', '--port', 'http'], '--port must be a number up to 65535.'],
  [['fake', '--webhook', 'shop'], '--webhook must be an address such as http://127.0.0.1:3000/webhooks/ottu.'],
  [['fake', '--hmac-key='], '--hmac-key must not be empty.'],
  [['fake', '--customer='], '--customer must not be empty.'],
  [['fake', '--prot=1'], "Unknown option '--prot'"],
  [['serve'], 'Unknown command "serve". There is one: fake.'],
])('refuses %j with a sentence and the usage', async (args, sentence) => {
  const { code, stderr } = await refused(...args);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^.*\n\nUsage: npx nestjs-ottu-cards fake/);
  expect(stderr.split('\n')[0]).toBe(sentence);
});

it('names the way out when the port is taken', async () => {
  const first = run('fake', '--port=0');
  const port = /127\.0\.0\.1:(\d+)/.exec(await first.printed(/Ctrl\+C/))?.[1] ?? '';
  expect(await refused('fake', '--port', port)).toMatchObject({
    code: 1,
    stderr: `Port ${port} is in use: choose another one with --port.\n`,
  });
});

it('explains itself', async () => {
  for (const args of [[], ['--help'], ['fake', '--help']]) {
    const { stdout } = await promisify(execFile)(process.execPath, [bin, ...args], { env: environment });
    expect(stdout).toMatch(/^Usage: npx nestjs-ottu-cards fake \[options\]\n/);
  }
});
