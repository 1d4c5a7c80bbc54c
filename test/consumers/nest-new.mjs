// Applications as `nest new` makes them, with nothing changed but what the README says: its install line, its files
// (each code block whose first line is `// src/<name>.ts`), its command for the first run, and `npm test`.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const FIRST_RUN = 'npx nest start --entryFile first-run';
const SAMPLE_CARDS = 6;

export const generated = [11, 12].map((major) => ({
  name: `Nest ${major}, as nest new makes it`,

  install(folder, tarball) {
    const nest = ['-y', `@nestjs/cli@${major}`, 'new', basename(folder)];
    execFileSync('npx', [...nest, '--skip-git', '--package-manager', 'npm'], { cwd: dirname(folder), stdio: 'pipe' });
    shell(installLine(major).replace('nestjs-ottu-cards', tarball), folder, process.execPath);
    for (const [name, code] of files()) writeFileSync(join(folder, name), code);
  },

  use(folder, nodePath) {
    const printed = shell(documented(FIRST_RUN), folder, nodePath);
    const cards = printed.match(/customerId: 'customer-1'/g)?.length ?? 0;
    if (cards !== SAMPLE_CARDS) throw new Error(`${FIRST_RUN} listed ${cards} cards:\n${printed}`);
    shell('npx nest build', folder, nodePath);
    const report = shell('npm test', folder, nodePath);
    if (!report.includes('saved-cards.spec.ts')) throw new Error(`npm test did not run the README's test:\n${report}`);
  },
}));

/** The README's line for this Nest: an older one names the major version of @nestjs/axios. */
function installLine(major) {
  const lines = [...README.matchAll(/^npm install nestjs-ottu-cards .*$/gm)].map(([line]) => line);
  const line = lines.find((it) => it.includes('@nestjs/axios@') === major < 12);
  if (line === undefined) throw new Error(`The README has no install line for Nest ${major}.`);
  return line;
}

function files() {
  const blocks = [...README.matchAll(/^```ts\n\/\/ (src\/\S+\.ts)\n([^]*?)^```$/gm)];
  if (blocks.length === 0) throw new Error('The README has no code block that begins with `// src/<name>.ts`.');
  return blocks.map(([, name, code]) => [name, code]);
}

function documented(command) {
  if (!README.includes(`\n${command}\n`)) throw new Error(`The README does not show the command: ${command}`);
  return command;
}

/** Runs a command as a reader of the README would, with this Node in front; gives all that it printed. */
function shell(command, cwd, nodePath) {
  const { NODE_OPTIONS: _ours, ...env } = process.env;
  const PATH = `${dirname(nodePath)}:${env.PATH}`;
  return execFileSync('sh', ['-c', `${command} 2>&1`], { cwd, encoding: 'utf8', env: { ...env, PATH }, stdio: 'pipe' });
}
