// Nest 12 is published as ES modules, which Jest loads only under --experimental-vm-modules. Set here, the flag also
// serves a bare `npx jest`: workers read NODE_OPTIONS, and workerIdleMemoryLimit keeps Jest from running a single
// file in the parent process, which was started without it.
const flag = '--experimental-vm-modules';
if (!process.execArgv.includes(flag) && !(process.env.NODE_OPTIONS ?? '').includes(flag)) {
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} ${flag} --disable-warning=ExperimentalWarning`.trim();
}

const base = {
  rootDir: import.meta.dirname,
  testEnvironment: '<rootDir>/test/support/strict-environment.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          keepClassNames: true,
        },
      },
    ],
  },
  moduleNameMapper: {
    '^nestjs-ottu-cards$': '<rootDir>/libs/ottu-cards/src/index.ts',
    '^nestjs-ottu-cards/testing$': '<rootDir>/libs/ottu-cards/src/testing/index.ts',
    '^nestjs-ottu-cards/webhooks$': '<rootDir>/libs/ottu-cards/src/webhooks/index.ts',
    '^nestjs-ottu-cards/bullmq$': '<rootDir>/libs/ottu-cards/src/bullmq/index.ts',
    '^nestjs-ottu-cards/cache$': '<rootDir>/libs/ottu-cards/src/cache/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/libs/ottu-cards/dist/'],
  setupFiles: ['reflect-metadata', '<rootDir>/test/support/property.ts'],
};

const e2e = '**/*.e2e-spec.ts';
/**
 * What a contributor can leave to continuous integration: it waits for minutes, or needs Redis. These start processes of
 * their own, so `npm run test:slow` has one worker: on two busy cores a Redis that answers late is a Redis that fails.
 */
const SLOW = [
  '/test/faults/(soak|sockets|shutdown)',
  '/waits',
  '/test/readme/',
  '/test/docs/quota',
  '/test/.*(redis|bull|shared-limit)',
];
const elsewhere = [...SLOW, '/test/packaging/', '/test/sample/'];
/** These start the shop from a build of their own. */
const builtSample = { globalSetup: '<rootDir>/test/sample/build.mjs' };

/** @type {import('jest').Config} */
export default {
  workerIdleMemoryLimit: '1GB',
  maxWorkers: 2, // more of them take the processor from each other, and then from the deadlines under test
  reporters: ['default', '<rootDir>/test/support/skipped-reporter.mjs'],
  coverageProvider: 'babel',
  coverageDirectory: 'coverage',
  collectCoverageFrom: ['libs/*/src/**/*.ts', 'apps/*/src/**/*.ts', '!**/*.spec.ts', '!**/index.ts', '!**/main.ts'],
  projects: [
    { ...base, displayName: 'lib', roots: ['<rootDir>/libs'], testMatch: ['**/*.spec.ts'] },
    { ...base, displayName: 'e2e', roots: ['<rootDir>/test'], testMatch: [e2e], testPathIgnorePatterns: elsewhere },
    {
      ...base,
      displayName: 'faults',
      roots: ['<rootDir>/test/faults'],
      testMatch: ['**/*.fault-spec.ts'],
      testPathIgnorePatterns: elsewhere,
    },
    // `npm test` ends here: see jest.quick.config.mjs
    { ...base, ...builtSample, displayName: 'sample', roots: ['<rootDir>/test/sample'], testMatch: [e2e] },
    {
      ...base,
      displayName: 'slow',
      roots: ['<rootDir>/test'],
      testRegex: SLOW.map((part) => `${part}.*-spec\\.ts$`),
      testPathIgnorePatterns: ['/test/sample/'],
    },
    {
      ...base,
      displayName: 'packaging',
      roots: ['<rootDir>/test/packaging'],
      testMatch: [e2e],
      globalSetup: '<rootDir>/test/packaging/pack.mjs',
    },
    { ...base, ...builtSample, displayName: 'browser', testMatch: ['<rootDir>/test/browser/**/*.browser-spec.ts'] },
  ],
};
