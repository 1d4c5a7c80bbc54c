import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The Markdown files of a folder, as paths from `root`. */
export function markdownIn(root: string, folder: string, deep: boolean): string[] {
  return readdirSync(join(root, folder), { recursive: deep, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

/** The relative links and pictures of a document that lead nowhere. */
export function brokenLinks(root: string, document: string): string[] {
  const text = readFileSync(join(root, document), 'utf8');
  const targets = text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)|src(?:set)?="(?!https?:)([^"\s]+)"/g);
  return Array.from(targets, ([, link, picture]) => link ?? picture ?? '').filter(
    (target) => !leadsSomewhere(root, document, target),
  );
}

function leadsSomewhere(root: string, document: string, target: string): boolean {
  const [path = '', fragment] = target.split('#');
  const file = path === '' ? document : join(dirname(document), path);
  if (file.startsWith('..') || !existsSync(join(root, file))) return false;
  return fragment === undefined || headingsOf(join(root, file)).includes(fragment);
}

/** The anchors that GitHub gives to a document's headings. */
function headingsOf(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => /^#+ /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    );
}
