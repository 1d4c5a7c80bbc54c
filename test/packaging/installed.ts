import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const repo = join(import.meta.dirname, '../..');

/** The tarball as npm would publish it, unpacked beside its peers in a folder outside this repository. */
export interface Installed {
  readonly folder: string;
  readonly library: string;
  readonly remove: () => void;
}

export function installTarball(): Installed {
  const folder = mkdtempSync(join(tmpdir(), 'ottu-package-'));
  const library = join(folder, 'node_modules/nestjs-ottu-cards');
  mkdirSync(library, { recursive: true });
  execFileSync('tar', ['xzf', tarball(), '-C', library, '--strip-components=1']);
  for (const name of readdirSync(join(repo, 'node_modules'))) {
    if (!name.startsWith('.') && name !== 'nestjs-ottu-cards')
      symlinkSync(join(repo, 'node_modules', name), join(folder, 'node_modules', name));
  }
  return { folder, library, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What `pack.mjs` has made. */
function tarball(): string {
  const packed = join(repo, 'reports/packed');
  const [name = ''] = readdirSync(packed);
  return join(packed, name);
}
