// Packs the library and installs the tarball in fresh applications outside this repository, then compiles each, boots
// it, uses it over HTTP and runs its own test: a line per application and Node. Two of them are made by `nest new`.
// Usage: npm run consumers -- [--node=20,22] [part of an application's name …]
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applications, NODES } from './cells.mjs';
import { generated } from './nest-new.mjs';

const repo = join(import.meta.dirname, '../..');
const parts = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const nodes =
  process.argv
    .find((argument) => argument.startsWith('--node='))
    ?.slice(7)
    .split(',')
    .map(Number) ?? NODES;
const handmade = applications.map((application) => ({
  name: application.name,
  install: (folder, tarball) => install(application, folder, tarball),
  use: (folder, executable) => use(application, folder, executable),
}));
const chosen = [...handmade, ...generated].filter(
  ({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)),
);

const work = mkdtempSync(join(tmpdir(), 'ottu-consumers-'));
const results = [];
try {
  const tarball = pack();
  for (const [index, application] of chosen.entries()) {
    const folder = join(work, `app-${index}`);
    const refused = attempt(() => application.install(folder, tarball));
    for (const node of nodes)
      results.push(report(application, node, refused ?? attempt(() => application.use(folder, nodePath(node)))));
    rmSync(folder, { recursive: true, force: true });
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
const failed = results.filter((isFine) => !isFine).length;
console.log(`consumers: ${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || results.length === 0 ? 1 : 0;

function pack() {
  const out = execFileSync('npm', ['pack', './libs/ottu-cards', '--json', '--pack-destination', work], {
    cwd: repo,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return join(work, JSON.parse(out)[0].filename);
}

function install({ type, module, adapter, dependencies }, folder, tarball) {
  cpSync(join(import.meta.dirname, 'app'), folder, { recursive: true });
  copyFileSync(join(folder, `adapters/${adapter}.ts`), join(folder, 'adapter.ts'));
  rmSync(join(folder, 'adapters'), { recursive: true });
  const compilerOptions = {
    module,
    target: 'es2022',
    strict: true,
    types: 'jest' in dependencies ? ['node', 'jest'] : ['node'],
    esModuleInterop: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    isolatedModules: true,
    rootDir: '.',
    outDir: 'dist',
  };
  const files = {
    'package.json': { private: true, type, dependencies: { ...dependencies, 'nestjs-ottu-cards': `file:${tarball}` } },
    'tsconfig.json': { compilerOptions, include: ['*.ts'], exclude: 'jest' in dependencies ? [] : ['*.spec.ts'] },
  };
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), JSON.stringify(content, null, 2));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], { cwd: folder, stdio: 'pipe' });
}

function use({ test }, folder, executable) {
  const run = (...args) =>
    execFileSync(executable, args, { cwd: folder, stdio: 'pipe', env: { ...process.env, NODE_OPTIONS: '' } });
  run('node_modules/typescript/bin/tsc', '-p', '.');
  run('dist/main.js');
  if (test) run(...test);
}

/** The executable of a Node: this one, or npm's package of another. */
function nodePath(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const args = ['exec', '--yes', `--package=node@${major}`, '--', 'node', '-p', 'process.execPath'];
  return execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

function attempt(action) {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

function report({ name }, node, error) {
  console.log(`${error ? 'FAILED' : 'ok    '} ${name}, Node ${node}`);
  if (error) console.log(`${error.stdout ?? ''}${error.stderr ?? error.stack}`);
  return !error;
}
