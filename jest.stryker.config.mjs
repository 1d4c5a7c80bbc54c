// Stryker runs one project, not several: the specs of the part that stryker.config.mjs mutates.
import { join } from 'node:path';
import config from './jest.config.mjs';
import { specs } from './stryker.config.mjs';

process.env.RANDOM_SHARE ??= '0.1'; // test/support/property.ts

const { projects, workerIdleMemoryLimit: _l, maxWorkers: _w, reporters: _r, coverageProvider: _p, ...rest } = config;
const { displayName: _name, roots: _roots, testMatch: _match, ...base } = projects[0];

export default {
  ...rest,
  ...base,
  testEnvironment: join(import.meta.dirname, 'test/mutation/environment.cjs'), // Stryker does not know <rootDir>
  runner: '<rootDir>/test/mutation/runner.cjs',
  testMatch: specs.map((spec) => `<rootDir>/${spec}`),
};
