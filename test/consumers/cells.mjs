// The applications that install the packed library: each a package.json and how it is compiled.
const nest12 = {
  '@nestjs/common': '^12.5.0',
  '@nestjs/core': '^12.5.0',
  '@nestjs/axios': '^12.0.0',
  '@nestjs/platform-express': '^12.5.0',
};
const nest11 = {
  '@nestjs/common': '^11.1.0',
  '@nestjs/core': '^11.1.0',
  '@nestjs/axios': '^4.0.0',
  '@nestjs/platform-express': '^11.1.0',
};
const peers = {
  axios: '^1.20.0',
  'class-transformer': '^0.5.1',
  'class-validator': '^0.15.1',
  'reflect-metadata': '^0.2.2',
  rxjs: '^7.8.0',
};
const tools = { typescript: '~6.0.3', '@types/node': '^20.19.0' };

/** @type {readonly { name: string, type: 'module' | 'commonjs', module: string, dependencies: Record<string, string> }[]} */
export const cells = [
  { name: 'Nest 12, ES modules', type: 'module', module: 'nodenext', dependencies: { ...nest12, ...peers, ...tools } },
  { name: 'Nest 11, CommonJS', type: 'commonjs', module: 'node16', dependencies: { ...nest11, ...peers, ...tools } },
];
