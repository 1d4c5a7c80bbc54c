// Load, each scenario in a child process against a server in this one: npm run soak, or with --short in the tests.
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { SoakServer } from '../test/soak/server.mjs';

const repo = join(import.meta.dirname, '..');
const build = join(repo, 'reports/soak-build');
const run = promisify(execFile);
const isShort = process.argv.includes('--short');
const DEADLINE_MS = 120_000;

/** What each scenario promises, given its figures and those of the server. */
const PROMISES = [
  ['concurrent', 1_000, ({ right, peak }) => right === 1_000 && peak <= 50],
  ['aborted', 10_000, ({ left, timers, sockets, open }) => left === 10_000 && timers + sockets + open === 0],
  ['outage', 10_000, ({ unavailable, requests }) => unavailable === 10_000 && requests === 10_010],
  ['mixed', isShort ? 5_000 : 50_000, ({ grownKiB }) => grownKiB < 2 * 1024],
  ['flood', 4, ({ slowestMs, rssMiB }) => slowestMs < 100 && rssMiB < 64],
  ['chunks', 10, ({ perCallMiB, refused }) => refused === 10 && perCallMiB < 8],
  ['exit', 2, ({ cards, open }) => cards === 3 && open === 0],
];

const tsc = join(repo, 'node_modules/typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', join(repo, 'libs/ottu-cards/tsconfig.lib.json'), '--outDir', build], {
  stdio: ['ignore', 2, 2],
});

for (const [scenario, calls, holds] of PROMISES) {
  const server = await new SoakServer().start();
  const start = performance.now();
  const library = pathToFileURL(join(build, 'index.js')).href;
  const script = join(repo, 'test/soak/scenarios.mjs');
  const { stdout } = await run(
    process.execPath,
    ['--expose-gc', script, library, server.url, scenario, String(calls)],
    {
      timeout: DEADLINE_MS,
    },
  );
  const { peak, requests } = server;
  const figures = { ...JSON.parse(stdout), requests, peak, open: server.sockets.size };
  const elapsedMs = Math.round(performance.now() - start);
  await server.stop();
  console.log(JSON.stringify({ scenario, calls, holds: holds(figures), elapsedMs, ...figures }));
  if (!holds(figures)) process.exitCode = 1;
}
