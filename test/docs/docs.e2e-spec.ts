import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokenLinks, markdownIn } from '../support/markdown.js';

// Each TypeScript block of a document is a region of a file that the type check compiles and a test runs:
//
//   <!-- example: test/docs/examples/wiring.ts#module -->
//
//   ```ts
//   …
//   ```
const repo = join(import.meta.dirname, '../..');
const documents = [...markdownIn(repo, '.', false), ...markdownIn(repo, 'docs', true)];
const ANCHOR = /^<!-- example: (\S+)#(\S+) -->$/;

describe.each(documents)('%s', (document) => {
  const lines = readFileSync(join(repo, document), 'utf8').split('\n');

  it('shows only code that is compiled', () => {
    const shown = codeBlocks(lines);
    expect(shown.map(({ anchor, code }) => ({ anchor, code }))).toEqual(
      shown.map(({ anchor }) => ({ anchor: expect.stringMatching(ANCHOR), code: region(anchor) })),
    );
  });

  it('links only to what exists', () => {
    expect(brokenLinks(repo, document)).toEqual([]);
  });
});

function codeBlocks(lines: readonly string[]): { anchor: string; code: string }[] {
  return lines.flatMap((line, index) => {
    if (!/^```(ts|typescript|js|javascript|mjs)$/.test(line)) return [];
    const end = lines.indexOf('```', index);
    return [
      {
        anchor: lines.slice(0, index).findLast((above) => above !== '') ?? '',
        code: lines.slice(index + 1, end).join('\n'),
      },
    ];
  });
}

/** The lines between `// #region name` and `// #endregion`, without their common indentation. */
function region(anchor: string): string {
  const [, file = '', name = ''] = ANCHOR.exec(anchor) ?? [];
  if (file === '' || !existsSync(join(repo, file))) return `no such file: ${anchor}`;
  const lines = readFileSync(join(repo, file), 'utf8').split('\n');
  const start = lines.findIndex((line) => line.trim() === `// #region ${name}`);
  const end = lines.findIndex((line, index) => index > start && line.trim() === '// #endregion');
  if (start === -1 || end === -1) return `no such region: ${anchor}`;
  const body = lines.slice(start + 1, end).filter((line) => !/^\s*\/\/ (prettier-ignore|oxlint-disable)/.test(line));
  const indent = Math.min(...body.filter((line) => line !== '').map((line) => line.length - line.trimStart().length));
  return body.map((line) => line.slice(indent)).join('\n');
}
