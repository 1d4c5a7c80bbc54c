// The applications that install the packed library: what each depends on, how it is compiled, and who runs its tests.
const nest = (major, axios) => ({
  '@nestjs/common': `^${major}`,
  '@nestjs/core': `^${major}`,
  '@nestjs/testing': `^${major}`,
  '@nestjs/axios': `^${axios}`,
});
const nest11 = nest('11.1.0', '4.0.0');
const nest12 = nest('12.0.0', '12.0.0');
const express = (major) => ({ '@nestjs/platform-express': `^${major}`, '@types/express': '^5.0.0' });
const fastify = (major) => ({ '@nestjs/platform-fastify': `^${major}` });

const esm = { type: 'module', module: 'nodenext' };
const commonJs = { type: 'commonjs', module: 'node16' };

/** Classic Jest: its resolver does not know that `./checkout.js` is written in TypeScript. */
const TS_JEST = {
  preset: 'ts-jest',
  roots: ['.'],
  testPathIgnorePatterns: ['dist'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};

const jest = { jest: '^30.0.0', '@types/jest': '^30.0.0' };
const RUNNERS = {
  none: { dependencies: {}, command: undefined },
  jest: {
    dependencies: jest,
    command: ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--rootDir=dist'],
  },
  'ts-jest': {
    dependencies: { ...jest, 'ts-jest': '^29.4.0' },
    command: ['node_modules/jest/bin/jest.js', '--config', JSON.stringify(TS_JEST)],
  },
  vitest: {
    dependencies: { vitest: '^3.2.0', ...jest }, // Jest's for its types alone
    command: ['node_modules/vitest/vitest.mjs', 'run', '--globals', '--dir=.', '--exclude=dist/**'],
  },
};

/** @type {readonly { name: string, adapter: 'express' | 'fastify', runner: keyof typeof RUNNERS, type: string, module: string, nest: object }[]} */
const APPLICATIONS = [
  {
    name: 'Nest 12, ES modules, Jest',
    ...esm,
    adapter: 'express',
    runner: 'jest',
    nest: { ...nest12, ...express('12.0.0') },
  },
  {
    name: 'Nest 12, ES modules, Vitest',
    ...esm,
    adapter: 'express',
    runner: 'vitest',
    nest: { ...nest12, ...express('12.0.0') },
  },
  {
    name: 'Nest 11, CommonJS, ts-jest',
    ...commonJs,
    adapter: 'express',
    runner: 'ts-jest',
    nest: { ...nest11, ...express('11.1.0') },
  },
  {
    name: 'Nest 11, CommonJS, Fastify',
    ...commonJs,
    adapter: 'fastify',
    runner: 'none',
    nest: { ...nest11, ...fastify('11.1.0') },
  },
  {
    name: 'Nest 12, ES modules, Fastify',
    ...esm,
    adapter: 'fastify',
    runner: 'none',
    nest: { ...nest12, ...fastify('12.0.0') },
  },
  {
    name: 'Nest 12, CommonJS',
    type: 'commonjs',
    module: 'nodenext',
    adapter: 'express',
    runner: 'none',
    nest: { ...nest12, ...express('12.0.0') },
  },
];

const PEERS = {
  axios: '^1.20.0',
  'class-transformer': '^0.5.1',
  'class-validator': '^0.15.1',
  'reflect-metadata': '^0.2.2',
  rxjs: '^7.8.0',
};
const TOOLS = { typescript: '~6.0.3', '@types/node': '^20.19.0' };

export const NODES = [20, 22, 24];

export const applications = APPLICATIONS.map(({ nest: framework, runner, ...application }) => ({
  ...application,
  test: RUNNERS[runner].command,
  dependencies: { ...framework, ...PEERS, ...TOOLS, ...RUNNERS[runner].dependencies },
}));
