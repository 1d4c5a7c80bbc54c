import { execFileSync } from 'node:child_process';

/** Builds the shop for the tests that start it, apart from the copy that `npm start` builds anew. */
export default function build() {
  if (globalThis.isSampleBuilt) return; // once, whichever project asks
  const nest = ['node_modules/@nestjs/cli/bin/nest.js', 'build', 'sample', '--path', 'apps/sample/tsconfig.test.json'];
  execFileSync(process.execPath, nest, { cwd: `${import.meta.dirname}/../..`, stdio: ['ignore', 'ignore', 'inherit'] });
  globalThis.isSampleBuilt = true;
}
