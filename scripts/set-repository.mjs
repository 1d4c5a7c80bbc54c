// Writes the repository's address into the manifest that is published: node scripts/set-repository.mjs <address>.
// There is no `repository.directory`: npm's page resolves relative links of the README against it, and the README that
// is published is the one at the repository's root.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [address] = process.argv.slice(2);
if (!URL.canParse(address ?? '')) {
  console.error('Usage: node scripts/set-repository.mjs https://github.com/<owner>/<repository>');
  process.exit(1);
}
const file = join(import.meta.dirname, '../libs/ottu-cards/package.json');
const { name, version, description, keywords, license, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
const manifest = {
  name,
  version,
  description,
  keywords,
  license,
  homepage: `${address}#readme`,
  bugs: `${address}/issues`,
  repository: { type: 'git', url: `git+${address}.git` },
  ...rest,
};
writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
