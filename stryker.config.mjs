// `npm run mutation` breaks the code on purpose, a place at a time, and checks that a test fails.
// `MUTATION=cache npm run mutation` does so with another part of the code: see SCOPES.
import { readdirSync } from 'node:fs';

const SRC = 'libs/ottu-cards/src';

/** The files of these folders that have a spec beside them. */
function withSpec(...folders) {
  return folders.flatMap((folder) => {
    const names = readdirSync(new URL(`${SRC}/${folder}`, import.meta.url));
    const specced = names.filter((name) => names.includes(name.replace(/\.ts$/, '.spec.ts')));
    return specced.map((name) => `${SRC}/${folder}/${name}`);
  });
}

/** What is mutated, and the specs that have to notice. `perTest` runs only the tests that reach a mutant. */
const SCOPES = {
  rules: {
    mutate: [`${SRC}/transport/!(connection-pool|proxy-tunnel|*.spec).ts`, ...withSpec('cards', 'errors')],
    specs: [`${SRC}/{transport,cards,errors}/*.spec.ts`],
    coverageAnalysis: 'perTest',
    thresholds: { high: 95, low: 90, break: 90 },
  },
  cache: {
    mutate: [`${SRC}/cache/!(index|*.spec).ts`],
    specs: [`${SRC}/cache/*.spec.ts`],
    coverageAnalysis: 'perTest',
  },
  webhooks: {
    mutate: [`${SRC}/webhooks/!(index|*.module|tracing|*.spec).ts`],
    specs: [`${SRC}/webhooks/*.spec.ts`, 'test/webhooks/!(leaks|waits).e2e-spec.ts'],
    coverageAnalysis: 'perTest',
  },
};

const { MUTATION: name = 'rules' } = process.env;
const scope = SCOPES[name];
if (scope === undefined) throw new Error(`MUTATION is one of: ${Object.keys(SCOPES).join(', ')}`);

/** For jest.stryker.config.mjs. */
export const specs = scope.specs;

export default {
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules'],
  jest: { projectType: 'custom', configFile: 'jest.stryker.config.mjs', enableFindRelatedTests: name === 'rules' },
  mutate: scope.mutate,
  coverageAnalysis: scope.coverageAnalysis,
  thresholds: scope.thresholds ?? { high: 95, low: 85, break: 85 },
  ignorePatterns: ['dist', 'reports', 'coverage', 'libs/*/dist'],
  reporters: ['clear-text', 'progress-append-only', 'json'],
  jsonReporter: { fileName: `reports/mutation/${name}.json` },
  concurrency: 2,
  maxTestRunnerReuse: 30, // each run of Jest leaves its modules in memory
  timeoutMS: 15_000,
};
