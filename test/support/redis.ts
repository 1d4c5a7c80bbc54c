import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** A `redis-server` of the test's own, on loopback, that writes nothing down. */
export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/** Whether tests with Redis run: without `redis-server` they are skipped, with `REQUIRE_REDIS=1` they fail. */
export function hasRedis(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env['REQUIRE_REDIS'] === '1') return true; // starting it then fails, which is the point
    process.stderr.write('redis-server is not installed: its tests are skipped (REQUIRE_REDIS=1 makes them fail).\n');
    return false;
  }
}

export async function startRedis(): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'ottu-redis-'));
  const port = await freePort();
  const settings = { bind: '127.0.0.1', port: String(port), save: '', appendonly: 'no', dir: folder };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const failed = once(server, 'error').then(([error]) => Promise.reject(error));
  await Promise.race([ready(server.stdout), failed]);
  server.stdout.resume();
  return { url: `redis://127.0.0.1:${port}`, stop: () => stop(server, folder) };
}

async function ready(stdout: Readable): Promise<void> {
  for await (const line of stdout) if (String(line).includes('Ready to accept connections')) return;
  throw new Error('redis-server ended before it was ready.');
}

async function stop(server: ChildProcess, folder: string): Promise<void> {
  const ended = once(server, 'exit');
  server.kill();
  await ended;
  rmSync(folder, { recursive: true, force: true });
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
