// Builds libs/ottu-cards twice, as ES modules and as CommonJS, with plain tsc: decorator metadata is what tsc emits.
// Then the ES modules of each entry are joined.
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { rollup } from '@rollup/wasm-node'; // which needs no binary for each platform

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
await joinModules(join(lib, 'dist/esm'));
// what the README and the guides link to, so that their links hold in the package as well
for (const name of ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'LICENSE', 'llms.txt', 'docs']) {
  rmSync(join(lib, name), { recursive: true, force: true });
  cpSync(join(repo, name), join(lib, name), { recursive: true });
}

/** Makes one file of each entry's modules: Node takes half a millisecond for each further one that it imports. */
async function joinModules(folder) {
  const { exports, bin } = JSON.parse(readFileSync(join(lib, 'package.json'), 'utf8'));
  const entries = [...Object.values(exports).flatMap((entry) => entry.import?.default ?? []), ...Object.values(bin)];
  const names = entries.map((entry) => entry.replace('./dist/esm/', '').replace(/\.js$/, ''));
  const bundle = await rollup({
    input: Object.fromEntries(names.map((name) => [name, join(folder, `${name}.js`)])),
    external: (id) => !id.startsWith('.') && !isAbsolute(id), // packages stay what they are
    treeshake: false,
    onLog: (level, log, report) => log.code === 'THIS_IS_UNDEFINED' || report(level, log), // tsc's helper for decorators
  });
  for (const file of readdirSync(folder, { recursive: true })) if (file.endsWith('.js')) rmSync(join(folder, file));
  const chunkFileNames = 'shared/[hash].js';
  await bundle.write({ dir: folder, chunkFileNames, hashCharacters: 'hex', hoistTransitiveImports: false });
}
