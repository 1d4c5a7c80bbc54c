// Measures the packed library side by side with its peers: `npm run bench` (minutes), `npm run bench -- --short`.
// With --write the tables go into docs/benchmarks.md.
import { execFileSync, fork } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { summarize, table, targets, writeInto } from './report.mjs';

const repo = join(import.meta.dirname, '..');
const isShort = process.argv.includes('--short');
const [rounds, roundMs] = isShort ? [3, 600] : [5, 1_000];
const CELLS = [
  { operation: 'list', cards: 3, scheme: 'http', concurrency: 1 },
  { operation: 'list', cards: 3, scheme: 'http', concurrency: 32 },
  { operation: 'list', cards: 3, scheme: 'http', concurrency: 256 },
  { operation: 'list', cards: 50, scheme: 'http', concurrency: 32 },
  { operation: 'list', cards: 3, scheme: 'https', concurrency: 32 },
  { operation: 'list', cards: 3, scheme: 'https', concurrency: 256 },
  { operation: 'delete', cards: 3, scheme: 'http', concurrency: 32 },
  { operation: 'delete', cards: 3, scheme: 'https', concurrency: 32 },
];
const SHORT = [CELLS[1], CELLS[2], CELLS[4]];

const work = mkdtempSync(join(tmpdir(), 'ottu-bench-'));
let stub;
try {
  unpackLibrary();
  const certificate = makeCertificate();
  stub = fork(join(work, 'bench/stub.mjs'), certificate.files);
  const [origins] = await new Promise((resolve) => stub.once('message', (...args) => resolve(args)));
  const measured = [];
  for (const cell of isShort ? SHORT : CELLS) {
    measured.push({ cell, rows: summarize(await runCell(cell, origins, certificate.files[1])) });
    console.log(`${table(measured.at(-1))}\n`);
  }
  const verdicts = targets(measured);
  console.log(verdicts);
  if (process.argv.includes('--write')) {
    const machine = `${cpus().length} cores (${cpus()[0].model.trim()}), Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`;
    writeInto(join(repo, 'docs/benchmarks.md'), [
      `${machine}, ${rounds} interleaved rounds of ${roundMs} ms a cell.`,
      ...measured.map(table),
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
  return { files };
}

async function runCell(cell, origins, ca) {
  const argument = { cell, origin: origins[cell.scheme], statsUrl: origins.stats, rounds, roundMs };
  const load = fork(join(work, 'bench/load.mjs'), [JSON.stringify(argument)], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: ca },
    execArgv: ['--expose-gc'],
  });
  return new Promise((resolve, reject) => {
    load.once('message', resolve);
    load.once('exit', (code) => reject(new Error(`the load of ${JSON.stringify(cell)} ended with ${code}`)));
  });
}
