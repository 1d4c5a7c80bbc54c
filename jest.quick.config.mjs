// `npm test`: what a contributor needs, in less than two minutes on two cores. `npx jest` and `npm run test:all` run
// everything, `npm run test:rest` and `npm run test:slow` what is left out here.
import config from './jest.config.mjs';

const REST = new Set(['sample', 'slow', 'packaging', 'browser']);
process.env.RANDOM_SHARE ??= '0.1'; // test/support/property.ts

const sample = process.env.RANDOM_SHARE === '1' ? '' : ', and most of the random cases';
const leftOut =
  `Not part of \`npm test\`: the sample shop, the browser, Redis, the packed tarball, the load test and the longest waits${sample}. ` +
  '`npm run test:all` runs everything.';

/** @type {import('jest').Config} */
export default {
  ...config,
  reporters: ['default', ['<rootDir>/test/support/skipped-reporter.mjs', { leftOut }]],
  projects: config.projects.filter(({ displayName }) => !REST.has(displayName)),
};
