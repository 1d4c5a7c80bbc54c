// Writes the regions that documents announce with `<!-- example: file#region -->` into the code block below.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const repo = join(import.meta.dirname, '..');
const documents = readdirSync(join(repo, 'docs'), { recursive: true })
  .map((name) => join('docs', name))
  .concat('README.md')
  .filter((name) => name.endsWith('.md'));

for (const document of documents) {
  const text = readFileSync(join(repo, document), 'utf8');
  const block = /(<!-- example: (\S+)#(\S+) -->\n+```ts\n)[^]*?```/g;
  writeFileSync(
    join(repo, document),
    text.replace(block, (_, head, file, name) => `${head}${region(file, name)}\n\`\`\``),
  );
}

function region(file, name) {
  const lines = readFileSync(join(repo, file), 'utf8').split('\n');
  const start = lines.findIndex((line) => line.trim() === `// #region ${name}`);
  const end = lines.findIndex((line, index) => index > start && line.trim() === '// #endregion');
  const body = lines.slice(start + 1, end);
  const indent = Math.min(...body.filter((line) => line !== '').map((line) => line.length - line.trimStart().length));
  return body.map((line) => line.slice(indent)).join('\n');
}
