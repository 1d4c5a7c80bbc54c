import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const repo = join(import.meta.dirname, '../..');
const text = (file: string): string => readFileSync(join(repo, file), 'utf8');

/** Files that a document links to, by their path in the repository. */
function linkedFrom(document: string): string[] {
  const targets = [...text(document).matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, target = '']) => target);
  return targets.map((target) => normalize(join(dirname(document), target)));
}

it('the index of the guides names every guide', () => {
  const guides = readdirSync(join(repo, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((name) => join('docs', name))
    .filter((name) => name.endsWith('.md') && name !== 'docs/README.md' && !name.startsWith('docs/decisions/'));
  const index = linkedFrom('docs/README.md');
  expect(guides.filter((guide) => !index.includes(guide))).toEqual([]);
});

describe('the README', () => {
  const lines = text('README.md').trimEnd().split('\n');
  const screen = lines.slice(0, 40).join('\n');

  it('has 250 lines at most', () => {
    expect(lines.length).toBeLessThanOrEqual(250);
  });

  it('begins with its contents and with how to install it', () => {
    const sections = lines.flatMap((line) => /^## (.+)$/.exec(line)?.[1] ?? []);
    expect(sections.slice(0, 2)).toEqual(['Install', 'An example']);
    const contents = new Set([...screen.matchAll(/\[([^\]]+)\]\(#[^)]+\)/g)].map(([, name]) => name));
    expect(sections.filter((section) => section !== 'License' && !contents.has(section))).toEqual([]);
    expect(screen).toMatch(/^npm install nestjs-ottu-cards @nestjs\/axios axios .*$/m);
    expect(screen).toMatch(/^npm install nestjs-ottu-cards @nestjs\/axios@4 axios .*$/m);
  });
});
