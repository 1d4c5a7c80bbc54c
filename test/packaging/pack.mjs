import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const repo = join(import.meta.dirname, '../..');
const folder = join(repo, 'reports/packed');

/** Packs the library once, for all tests of the tarball. */
export default function pack() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  execFileSync('npm', ['pack', './libs/ottu-cards', '--pack-destination', folder], { cwd: repo, stdio: 'pipe' });
}
