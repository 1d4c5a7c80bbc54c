import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { markdownIn } from '../support/markdown.js';

// Each TypeScript block of a document, pasted into a file of its own, compiles. A block that begins with
// `// src/<name>.ts` gets that name, so that another block of the same document can import it.

const repo = join(import.meta.dirname, '../..');
const documents = ['README.md', ...markdownIn(repo, 'docs', true)];
const snippets = new Map(documents.flatMap(snippetsOf));
let problems: ReadonlyMap<string, readonly string[]>;

beforeAll(() => {
  problems = problemsOf(snippets);
}, 120_000);

it.each([...snippets.keys()])('%s', (name) => {
  expect(problems.get(name) ?? []).toEqual([]);
});

function snippetsOf(document: string): [name: string, code: string][] {
  const text = readFileSync(join(repo, document), 'utf8');
  return Array.from(text.matchAll(/^```ts\n([^]*?)^```$/gm), ([, code = ''], index): [string, string] => {
    const [, file = `block-${index + 1}.ts`] = /^\/\/ src\/(\S+\.ts)\n/.exec(code) ?? [];
    return [`${document.replace(/\.md$/, '')}/${file}`, code];
  });
}

/** What the compiler says of each snippet, under the options of this repository. */
function problemsOf(files: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const folder = join(repo, 'test/docs/snippets');
  const codeOf = (path: string): string | undefined =>
    path.startsWith(folder) ? files.get(path.slice(folder.length + 1)) : undefined;
  const { config } = ts.readConfigFile(join(repo, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, repo);
  const host = ts.createCompilerHost(options);
  host.readFile = (path) => codeOf(path) ?? ts.sys.readFile(path);
  host.fileExists = (path) => codeOf(path) !== undefined || ts.sys.fileExists(path);
  host.directoryExists = (path) => path.startsWith(folder) || ts.sys.directoryExists(path);
  host.getSourceFile = (path, settings) => {
    const text = host.readFile(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, settings);
  };
  const names = [...files.keys()];
  const program = ts.createProgram(
    names.map((name) => join(folder, name)),
    { ...options, noEmit: true },
    host,
  );
  return new Map(
    names.map((name) => {
      const source = program.getSourceFile(join(folder, name));
      return [name, ts.getPreEmitDiagnostics(program, source).map(({ messageText }) => sentence(messageText))];
    }),
  );
}

function sentence(message: string | ts.DiagnosticMessageChain): string {
  return ts.flattenDiagnosticMessageText(message, '\n');
}
