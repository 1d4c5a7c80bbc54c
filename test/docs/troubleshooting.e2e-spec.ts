import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const repo = join(import.meta.dirname, '../..');
const guide = readFileSync(join(repo, 'docs/troubleshooting.md'), 'utf8');
const folder = join(repo, 'libs/ottu-cards/src');
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(folder, name), 'utf8').replaceAll(/\s+/g, ' '))
  .join('\n');

const headings = [...guide.matchAll(/^### (`.+)$/gm)].map(([, heading = '']) => heading);

it.each(headings)('%s is what the library says', (heading) => {
  const literals = [...heading.matchAll(/`([^`]+)`/g)].map(([, literal = '']) => literal);
  expect(literals.filter((it) => !sources.includes(it))).toEqual([]);
});
