// Packs the library and installs the tarball in fresh applications outside this repository, then runs each of them.
// Usage: node test/consumers/run.mjs [part of a cell's name …]
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cells } from './cells.mjs';

const repo = join(import.meta.dirname, '../..');
const work = mkdtempSync(join(tmpdir(), 'ottu-consumers-'));
const wanted = process.argv.slice(2);
const chosen = cells.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));

let failed = 0;
try {
  const tarball = pack();
  for (const [index, cell] of chosen.entries()) failed += runCell(cell, join(work, `app-${index}`), tarball);
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`consumers: ${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || chosen.length === 0 ? 1 : 0;

function pack() {
  const out = execFileSync('npm', ['pack', './libs/ottu-cards', '--json', '--pack-destination', work], {
    cwd: repo,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return join(work, JSON.parse(out)[0].filename);
}

function runCell({ name, type, module, dependencies }, folder, tarball) {
  try {
    cpSync(join(import.meta.dirname, 'app'), folder, { recursive: true });
    write(folder, 'package.json', {
      private: true,
      type,
      dependencies: { ...dependencies, 'nestjs-ottu-cards': `file:${tarball}` },
    });
    write(folder, 'tsconfig.json', {
      compilerOptions: {
        module,
        target: 'es2022',
        strict: true,
        skipLibCheck: false,
        types: ['node'],
        esModuleInterop: true,
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
        rootDir: '.',
        outDir: 'dist',
      },
      include: ['*.ts'],
    });
    const run = (command, ...args) => execFileSync(command, args, { cwd: folder, stdio: 'pipe' });
    run('npm', 'install', '--no-audit', '--no-fund', '--no-package-lock');
    run(process.execPath, 'node_modules/typescript/bin/tsc', '-p', '.');
    run(process.execPath, 'dist/main.js');
    console.log(`ok     ${name}, Node ${process.versions.node}`);
    return 0;
  } catch (error) {
    console.log(`FAILED ${name}, Node ${process.versions.node}`);
    console.log(`${error.stdout ?? ''}${error.stderr ?? error.stack}`);
    return 1;
  }
}

function write(folder, file, content) {
  writeFileSync(join(folder, file), JSON.stringify(content, null, 2));
}
