import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// What the publish workflow does to its checkout, in a copy of the files that it changes.

const repo = join(import.meta.dirname, '../..');
const SCRIPT = 'scripts/prepare-publish.mjs';
const FILES = ['README.md', 'libs/ottu-cards/package.json', SCRIPT];
let copy: string;

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'ottu-publish-'));
  for (const file of FILES) cpSync(join(repo, file), join(copy, file));
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8');
const manifestIn = (folder: string): Record<string, unknown> =>
  JSON.parse(read(folder, 'libs/ottu-cards/package.json')) as Record<string, unknown>;

it('tells in the manifest where the package comes from, and changes nothing else there', () => {
  execFileSync(process.execPath, [join(copy, SCRIPT), 'https://github.com/owner/repository']);
  expect(manifestIn(copy)).toEqual({
    ...manifestIn(repo),
    homepage: 'https://github.com/owner/repository#readme',
    bugs: 'https://github.com/owner/repository/issues',
    repository: { type: 'git', url: 'git+https://github.com/owner/repository.git' },
  });
});

it("gives the README's pictures absolute addresses, and leaves its links to the registry's page", () => {
  execFileSync(process.execPath, [join(copy, SCRIPT), 'https://github.com/owner/repository']);
  const [before, after] = [read(repo, 'README.md'), read(copy, 'README.md')];
  const pictures = (text: string): string[] => Array.from(text.matchAll(/src(?:set)?="([^"]+)"/g), ([, it = '']) => it);
  expect(pictures(before)).not.toEqual([]);
  expect(pictures(after)).toEqual(
    pictures(before).map((path) => `https://raw.githubusercontent.com/owner/repository/HEAD/${path}`),
  );
  expect(after.replaceAll('https://raw.githubusercontent.com/owner/repository/HEAD/', '')).toBe(before);
});

it.each(['', 'owner/repository', 'https://example.com/owner/repository', 'https://github.com/owner'])(
  'refuses the address %j and changes nothing',
  (address) => {
    const { status, stderr } = spawnSync(process.execPath, [join(copy, SCRIPT), address], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Usage: /);
    expect(manifestIn(copy)).toEqual(manifestIn(repo));
  },
);
