// The rooms of the house, and who may enter which. Each rule is a sentence of docs/decisions/0001-rooms.md.
const src = '^libs/ottu-cards/src/';
const spec = '\\.spec\\.ts$';
const forbid = (name, from, to) => ({ name, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    forbid('no-circular', {}, { circular: true }),
    forbid('no-orphans', { orphan: true, pathNot: ['\\.d\\.m?ts$', 'main\\.ts$', 'index\\.ts$'] }, {}),
    // the developer's page imports by address: its files are served beside those of apps/sample/public
    forbid('not-to-unresolvable', { pathNot: '^apps/sample/src/dev/page/' }, { couldNotResolve: true }),
    forbid('lib-not-to-app', { path: '^libs/' }, { path: '^(apps|test)/' }),
    forbid(
      'app-only-through-an-entry',
      { path: '^(apps|test)/' },
      { path: src, pathNot: `${src}((testing|webhooks|bullmq|cache)/)?index\\.ts$` },
    ),
    forbid(
      'lib-no-dev-dependencies',
      { path: src, pathNot: spec },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer'] },
    ),
    forbid(
      'core-loads-no-extra-entry',
      { path: src, pathNot: [`${src}(webhooks|bullmq|cache|testing|cli)/`, spec] },
      { path: `${src}(webhooks|bullmq|cache|testing|cli)/` },
    ),
    forbid(
      'only-its-entry-loads-bullmq',
      { path: src, pathNot: `${src}bullmq/` },
      { path: [`${src}bullmq/`, 'node_modules/(bullmq|ioredis)/'] },
    ),
    forbid('bullmq-only-to-webhooks', { path: `${src}bullmq/` }, { path: `${src}(transport|rest|cache|testing)/` }),
    forbid(
      'these-know-no-nest',
      {
        path: [
          `${src}(common|errors|cache)/`,
          `${src}cards/(saved-card|card-rules)\\.ts$`,
          `${src}.*\\.wire\\.ts$`,
          `${src}transport/(?!ottu-transport|observability)[\\w.-]+\\.ts$`,
        ],
        pathNot: [spec, `${src}common/module-options\\.ts$`],
      },
      { path: '(^|/)@nestjs/' },
    ),
    forbid('common-knows-nobody', { path: `${src}common/` }, { path: src, pathNot: `${src}common/` }),
    forbid(
      'transport-knows-no-card',
      { path: `${src}transport/` },
      { path: `${src}(cards|rest|webhooks|bullmq|cache|testing)/` },
    ),
    forbid('errors-know-nobody', { path: `${src}errors/` }, { path: src, pathNot: [`${src}errors/`, `${src}common/`] }),
    forbid(
      'model-knows-nobody',
      { path: `${src}cards/saved-card\\.ts$` },
      { path: src, pathNot: `${src}cards/saved-card\\.ts$` },
    ),
    forbid('rest-only-through-the-service', { path: `${src}rest/` }, { path: [`${src}transport/`, '\\.wire\\.ts$'] }),
    forbid(
      'cache-only-to-model',
      { path: `${src}cache/`, pathNot: spec },
      { path: `${src}(transport|rest|webhooks|bullmq|testing)/` },
    ),
    forbid(
      'testing-only-to-wire-and-model',
      { path: `${src}testing/`, pathNot: spec },
      { path: `${src}(transport|rest|cache|errors)/` },
    ),
    forbid('cli-only-to-testing', { path: `${src}cli/` }, { path: src, pathNot: `${src}(cli/|testing/index\\.ts$)` }),
    forbid(
      'sockets-only-in-transport',
      { path: src, pathNot: [`${src}transport/`, spec] },
      { path: 'node_modules/(axios|undici)/' },
    ),
    forbid(
      'http-answers-only-at-the-edge',
      { path: src, pathNot: `${src}(rest|webhooks|testing)/` },
      { path: '^express$|^fastify$' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
