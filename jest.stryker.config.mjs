// Stryker runs one project, not several: the specs beside the source.
import { join } from 'node:path';
import config from './jest.config.mjs';

process.env.RANDOM_SHARE ??= '0.1'; // test/support/property.ts

const { projects, workerIdleMemoryLimit: _l, maxWorkers: _w, reporters: _r, coverageProvider: _p, ...rest } = config;
const { displayName: _name, ...lib } = projects[0];

export default {
  ...rest,
  ...lib,
  testEnvironment: join(import.meta.dirname, 'test/mutation/environment.cjs'), // Stryker does not know <rootDir>
  runner: '<rootDir>/test/mutation/runner.cjs',
};
