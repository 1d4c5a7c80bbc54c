import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listening, type ShopProcess } from '../support/shop-process.js';

const repo = join(import.meta.dirname, '../..');
const readme = readFileSync(join(repo, 'README.md'), 'utf8');

let shop: ChildProcess | undefined;

afterEach(async () => {
  if (shop?.pid === undefined || shop.exitCode !== null) return;
  process.kill(-shop.pid, 'SIGTERM'); // npm and what it started
  await once(shop, 'exit');
});

/** Runs the README's first command, without the install that has happened, on a free port. */
async function npmStart(env: NodeJS.ProcessEnv): Promise<ShopProcess> {
  shop = spawn('npm', ['start'], { cwd: repo, detached: true, env: { ...process.env, PORT: '0', ...env } });
  return listening(shop);
}

it('starts as the README says, and prints what it shows', async () => {
  const { url, output } = await npmStart({ OTTU_API_KEY: '', NODE_ENV: 'development' });
  expect(output()).toContain('this shop talks to a FAKE OTTU');

  const [, address = '', shown = ''] =
    /curl http:\/\/127\.0\.0\.1:3000(\S+)\n```\n\n```json\n([^]*?)```/.exec(readme) ?? [];
  expect(await (await fetch(`${url}${address}`)).json()).toEqual(JSON.parse(shown));

  const page = await fetch(url);
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
}, 60_000);
