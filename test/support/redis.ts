import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether tests with Redis run: without `redis-server` they are skipped, with `REQUIRE_REDIS=1` they fail. */
function hasRedis(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env['REQUIRE_REDIS'] === '1') return true; // starting it then fails, which is the point
    process.stderr.write('redis-server is not installed: its tests are skipped (REQUIRE_REDIS=1 makes them fail).\n');
    return false;
  }
}

/** `describe` where `redis-server` is installed, else `describe.skip`. */
export const describeWithRedis = hasRedis() ? describe : describe.skip;

/** A `redis-server` of the test's own, on loopback, that writes nothing down unasked and can be made to fail. */
export class TestRedis {
  readonly url: string;
  private readonly folder = mkdtempSync(join(tmpdir(), 'ottu-redis-'));
  private server: ChildProcess | undefined;

  constructor(private readonly port: number) {
    this.url = `redis://127.0.0.1:${port}`;
  }

  /** Starts it, again on the same port, with what was last saved. */
  async start(): Promise<void> {
    const settings = { bind: '127.0.0.1', port: String(this.port), save: '', appendonly: 'no', dir: this.folder };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.once('exit', () => reject(new Error('redis-server ended before it was ready.')));
      server.stdout.on('data', (text) => {
        if (String(text).includes('Ready to accept connections')) resolve();
      });
    });
  }

  /** Keeps its connections and answers nothing, until resumed. */
  pause(): void {
    this.server?.kill('SIGSTOP');
  }

  resume(): void {
    this.server?.kill('SIGCONT');
  }

  /** Writes down what it holds now: it is there again after `halt` and `start`, and nothing later. */
  async save(): Promise<void> {
    const socket = connect(this.port, '127.0.0.1');
    socket.write('SAVE\r\n');
    const [answer] = await once(socket, 'data');
    socket.destroy();
    if (String(answer) !== '+OK\r\n') throw new Error('redis-server saved nothing.');
  }

  /** Ends the process: further connections are refused. */
  async halt(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined || server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGCONT');
    server.kill();
    await ended;
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    await this.halt();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function startRedis(): Promise<TestRedis> {
  const redis = new TestRedis(await freePort());
  await redis.start();
  return redis;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port is free');
  return address.port;
}
