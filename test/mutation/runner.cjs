const { existsSync, readFileSync } = require('node:fs');
const { default: TestRunner } = require('jest-runner');
const BailEnvironment = require('./environment.cjs');

/** For Stryker: files that can tell nothing more about a mutant are not even loaded. */
module.exports = class FewFilesRunner extends TestRunner {
  #pattern;

  constructor(globalConfig, context) {
    super(globalConfig, context);
    this.#pattern = globalConfig.testNamePattern;
  }

  async runTests(tests, watcher, options) {
    const { __STRYKER_ACTIVE_MUTANT__: mutant } = process.env;
    for (const test of tests.filter(({ path }) => hasTestOf(path, this.#pattern))) {
      if (mutant !== undefined && BailEnvironment.killed === mutant) return;
      await super.runTests([test], watcher, { ...options, serial: true });
    }
  }
};

let namesOf;

/** Whether a test of this file is among those that Stryker wants, which are the ones that reach the mutant. */
function hasTestOf(path, pattern) {
  if (!pattern || !existsSync(BailEnvironment.NAMES)) return true;
  namesOf ??= new Map(
    readFileSync(BailEnvironment.NAMES, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
      .map(({ path: file, names }) => [file, names]),
  );
  const wanted = new RegExp(pattern, 'i');
  return namesOf.get(path)?.some((name) => wanted.test(name)) ?? true;
}
