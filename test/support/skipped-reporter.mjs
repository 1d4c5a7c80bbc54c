import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** What a test file cannot run without, and how to tell from its text. */
const NEEDS = [
  { mark: 'inBrowser', name: 'Chromium', remedy: 'apt-get install chromium, or set CHROMIUM to the path of one' },
  { mark: 'hasRedis', name: 'redis-server', remedy: 'apt-get install redis-server' },
];

/** Ends a run with the tests that were skipped, the reason, and the way to run them. */
export default class SkippedReporter {
  constructor({ rootDir }, { leftOut }) {
    this.rootDir = rootDir;
    this.leftOut = leftOut;
  }

  onRunComplete(_contexts, { testResults }) {
    const lines = testResults.flatMap(({ testFilePath, testResults: tests }) => {
      const skipped = tests.filter(({ status }) => status === 'pending' || status === 'todo').length;
      return skipped === 0 ? [] : [this.#lineOf(testFilePath, skipped)];
    });
    const text = [
      ...(lines.length > 0 ? [`Skipped:\n${lines.join('')}`] : []),
      ...(this.leftOut === undefined ? [] : [`${this.leftOut}\n`]),
    ];
    // Jest prints its summary after the last reporter, and this belongs below it
    process.once('exit', () => process.stderr.write(text.map((part) => `\n${part}`).join('')));
  }

  #lineOf(file, skipped) {
    const source = readFileSync(file, 'utf8');
    const need = NEEDS.find(({ mark }) => source.includes(mark));
    const reason = need === undefined ? 'see the file' : `${need.name} is not installed (${need.remedy})`;
    return `  ${skipped} in ${relative(this.rootDir, file)}: ${reason}\n`;
  }
}
