// Stryker runs one project, not several: the unit specs, which lie beside what is mutated.
import config from './jest.config.mjs';

const { projects, workerIdleMemoryLimit: _l, maxWorkers: _w, reporters: _r, coverageProvider: _p, ...rest } = config;
const { displayName: _name, testEnvironment: _strict, ...lib } = projects[0];

export default { ...rest, ...lib, testEnvironment: 'node' };
