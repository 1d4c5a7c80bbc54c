// `npm run mutation` breaks the code on purpose, a place at a time, and checks that a spec beside the source fails.
const SRC = 'libs/ottu-cards/src';
const NAMES_ONLY = 'index|*.module|tracing|*.spec'; // no rules stand there
const ON_SOCKETS = 'connection-pool|proxy-tunnel'; // proven by test/faults, which takes too long for this

export default {
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules'],
  jest: { projectType: 'custom', configFile: 'jest.stryker.config.mjs', enableFindRelatedTests: false },
  mutate: [
    `${SRC}/{cache,transport,webhooks}/!(${NAMES_ONLY}|${ON_SOCKETS}).ts`,
    `${SRC}/cards/{card-id,card-rules,cards.wire}.ts`,
    `${SRC}/errors/{ottu-error-body,redaction}.ts`,
  ],
  coverageAnalysis: 'perTest', // only the tests that reach a mutant
  thresholds: { high: 95, low: 90, break: 90 },
  ignorePatterns: ['dist', 'reports', 'coverage', 'libs/*/dist'],
  reporters: ['clear-text', 'progress-append-only', 'json'],
  concurrency: 2,
  maxTestRunnerReuse: 30, // each run of Jest leaves its modules in memory
  timeoutMS: 15_000,
};
