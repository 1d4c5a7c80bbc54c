// Prepares a checkout for publishing, given the repository's address, which the sources do not name:
//   node scripts/prepare-publish.mjs https://github.com/<owner>/<repository>
// The manifest gets `homepage`, `bugs` and `repository`, and the README's pictures absolute addresses: the registry's
// page completes relative links with `repository`, but not the `srcset` of a picture. There is no
// `repository.directory`: the page would look for the README's links in that folder, and they start at the root.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [, owner, repository] = /^https:\/\/github\.com\/([^/]+)\/([^/]+)$/.exec(process.argv[2] ?? '') ?? [];
if (repository === undefined) {
  console.error('Usage: node scripts/prepare-publish.mjs https://github.com/<owner>/<repository>');
  process.exit(1);
}
const address = `https://github.com/${owner}/${repository}`;
const repo = join(import.meta.dirname, '..');

rewrite('libs/ottu-cards/package.json', (text) => {
  const { name, version, description, keywords, license, ...rest } = JSON.parse(text);
  const links = {
    homepage: `${address}#readme`,
    bugs: `${address}/issues`,
    repository: { type: 'git', url: `git+${address}.git` },
  };
  return `${JSON.stringify({ name, version, description, keywords, license, ...links, ...rest }, null, 2)}\n`;
});
rewrite('README.md', (text) =>
  text.replaceAll(
    /\b(src|srcset)="(?!https?:)([^"]+)"/g,
    (_, attribute, path) => `${attribute}="https://raw.githubusercontent.com/${owner}/${repository}/HEAD/${path}"`,
  ),
);

function rewrite(name, change) {
  const file = join(repo, name);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}
