// Builds libs/ottu-cards twice, as ES modules and as CommonJS, with plain tsc: decorator metadata is what tsc emits.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const repo = join(import.meta.dirname, '..');
const lib = join(repo, 'libs/ottu-cards');
const tsc = join(repo, 'node_modules/typescript/bin/tsc');

rmSync(join(lib, 'dist'), { recursive: true, force: true });
for (const [config, dir, type] of [
  ['tsconfig.lib.json', 'esm', 'module'],
  ['tsconfig.cjs.json', 'cjs', 'commonjs'],
]) {
  // stderr, because `npm pack --json` owns stdout while it runs this script
  execFileSync(process.execPath, [tsc, '-p', join(lib, config)], { stdio: ['ignore', 2, 2] });
  writeFileSync(join(lib, 'dist', dir, 'package.json'), `${JSON.stringify({ type })}\n`);
}
// what the README and the guides link to, so that their links hold in the package as well
for (const name of ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'LICENSE', 'llms.txt', 'docs']) {
  rmSync(join(lib, name), { recursive: true, force: true });
  cpSync(join(repo, name), join(lib, name), { recursive: true });
}
