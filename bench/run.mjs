// Measures the packed library side by side with its peers: `npm run bench` (a quarter of an hour), or with `-- --short`
// (some minutes). With --write the tables go into docs/benchmarks.md.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CELLS, SHORT } from './cells.mjs';
import { CLIENTS } from './clients/index.mjs';
import { alone, median, summarize, table, targets, writeInto } from './report.mjs';

const repo = join(import.meta.dirname, '..');
const isShort = process.argv.includes('--short');
const [cells, rounds, roundMs] = isShort ? [SHORT, 3, 600] : [CELLS, 5, 1_000];

const work = mkdtempSync(join(tmpdir(), 'ottu-bench-'));
let stub;
try {
  unpackLibrary();
  const certificate = makeCertificate();
  stub = fork(join(work, 'bench/stub.mjs'), certificate);
  const [origins] = await once(stub, 'message');
  const measured = [];
  for (const cell of cells) {
    measured.push({ cell, rows: summarize(await runCell(cell, origins, certificate[1])) });
    console.log(`${table(measured.at(-1))}\n`);
  }
  const own = { listsPerSecond: listsFromTheCache(origins.http), importMs: importCost() };
  const verdicts = targets(measured, own);
  console.log(`${alone(own)}\n\n${verdicts}`);
  if (process.argv.includes('--write')) {
    const machine = `${cpus().length} cores (${cpus()[0].model.trim()}), Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`;
    writeInto(join(repo, 'docs/benchmarks.md'), [
      `${machine}, ${rounds} interleaved rounds of ${roundMs} ms a cell.`,
      ...measured.map(table),
      alone(own),
      verdicts,
    ]);
  }
} finally {
  stub?.disconnect();
  rmSync(work, { recursive: true, force: true });
}

/** The tarball's content beside links to its peers: nothing is resolved from the sources. */
function unpackLibrary() {
  const packed = execFileSync('npm', ['pack', './libs/ottu-cards', '--json', '--pack-destination', work], {
    cwd: repo,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const library = join(work, 'node_modules/nestjs-ottu-cards');
  mkdirSync(library, { recursive: true });
  execFileSync('tar', ['xzf', join(work, JSON.parse(packed)[0].filename), '-C', library, '--strip-components=1']);
  for (const name of readdirSync(join(repo, 'node_modules'))) {
    if (!name.startsWith('.') && name !== 'nestjs-ottu-cards')
      symlinkSync(join(repo, 'node_modules', name), join(work, 'node_modules', name));
  }
  cpSync(join(repo, 'bench'), join(work, 'bench'), { recursive: true });
}

function makeCertificate() {
  const files = [join(work, 'key.pem'), join(work, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...subject, '-keyout', files[0], '-out', files[1]],
    { stdio: 'ignore' },
  );
  return files;
}

/** Rounds of all clients in turn. While one is measured, the others are idle and have no connection. */
async function runCell(cell, origins, certificate) {
  const processes = [];
  for (const name of Object.keys(CLIENTS)) {
    const argument = JSON.stringify({ name, cell, origin: origins[cell.scheme], roundMs });
    const child = fork(join(work, 'bench/client.mjs'), [argument], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate },
      execArgv: ['--expose-gc'],
    });
    await messageOf(child, name);
    processes.push({ name, child });
  }
  const results = [];
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, child } of processes) {
      await noneOpen(origins.stats);
      child.send('round');
      const figures = await messageOf(child, name);
      const { peak, handshakes } = await counts(origins.stats);
      // the first round only warms up: Node compiles what runs often
      if (round > 0) results.push({ client: name, ...figures, sockets: peak, handshakes: handshakes / peak });
    }
  }
  for (const { child } of processes) child.disconnect();
  return results;
}

async function messageOf(child, name) {
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${name} ended with ${code}`);
    }),
  ]);
  return message;
}

/** Waits until the client before has closed its sockets, and forgets what was counted. */
async function noneOpen(url) {
  while ((await counts(url)).open > 0) await sleep(5);
}

async function counts(url) {
  return (await fetch(url)).json();
}

function listsFromTheCache(origin) {
  return Number(inNewProcess('cached.mjs', JSON.stringify({ origin, rounds, roundMs })));
}

function importCost() {
  return median(Array.from({ length: rounds * 3 }, () => Number(inNewProcess('imports.mjs'))));
}

function inNewProcess(script, ...args) {
  return execFileSync(process.execPath, [join(work, 'bench', script), ...args], { encoding: 'utf8' });
}
