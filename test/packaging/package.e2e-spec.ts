import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokenLinks } from '../support/markdown.js';
import { installTarball, repo } from './installed.js';

interface Manifest {
  readonly bin: Record<string, string>;
  readonly exports: Record<string, string | Record<string, Record<string, string>>>;
  readonly typesVersions: { readonly '*': Record<string, string[]> };
  readonly dependencies: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
  readonly peerDependenciesMeta: Record<string, { readonly optional: boolean }>;
  readonly scripts?: Record<string, string>;
  readonly version: string;
}
const DOCUMENTS = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'llms.txt'];
const { folder: work, library, remove } = installTarball();
const manifest = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8')) as Manifest;

afterAll(remove);

/** Runs a script in a bare Node beside the unpacked library. */
function node(file: string, code: string): string {
  writeFileSync(join(work, file), code);
  return execFileSync(process.execPath, [join(work, file)], {
    cwd: work,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  }).trim();
}

/** Every script that Node evaluated, by its coverage report. */
function loadedBy(file: string, code: string): string[] {
  const folder = mkdtempSync(join(work, 'coverage-'));
  writeFileSync(join(work, file), code);
  execFileSync(process.execPath, [join(work, file)], {
    env: { ...process.env, NODE_OPTIONS: '', NODE_V8_COVERAGE: folder },
  });
  return readdirSync(folder).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { result: { url: string }[] };
    return result.map(({ url }) => url);
  });
}

/** The classes and functions that the source files of a folder export; names of one word are too common to look for. */
function exportsOf(room: string): string[] {
  const folder = join(repo, 'libs/ottu-cards/src', room);
  const sources = readdirSync(folder).filter((name) => /(?<!\.spec|\.d)\.ts$/.test(name));
  return sources.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/^export (?:async )?(?:class|function) (\w+[A-Z]\w+)/gm)].map(
      ([, exported = '']) => exported,
    ),
  );
}

const files = (folder = ''): string[] =>
  readdirSync(join(library, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(library.length + 1));

describe('the tarball', () => {
  it('holds every source file as CommonJS, the entries as ES modules, the documents, and nothing else', () => {
    const src = join(repo, 'libs/ottu-cards/src');
    const sources = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /(?<!\.spec|\.d)\.ts$/.test(name),
    );
    const built = sources.flatMap((source) => {
      const name = source.replace(/\.ts$/, '');
      return ['cjs/@.js', 'cjs/@.d.ts', 'esm/@.d.ts'].map((file) => `dist/${file.replace('@', name)}`);
    });
    const entries = Object.values(manifest.exports).flatMap((conditions) =>
      typeof conditions === 'string' ? [] : (conditions['import']?.['default'] ?? []),
    );
    const modules = [...entries, ...Object.values(manifest.bin)].map((file) => file.slice(2));
    const shared = files().filter((name) => /^dist\/esm\/shared\/[0-9a-f]{8}\.js$/.test(name));
    expect(shared.length).toBeLessThanOrEqual(6);
    const documents = readdirSync(join(repo, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(md|png|svg)$/.test(name))
      .map((name) => `docs/${name}`);
    const others = ['LICENSE', ...DOCUMENTS, 'package.json', 'dist/cjs/package.json', 'dist/esm/package.json'];
    expect(files().toSorted(byText)).toEqual(
      [...built, ...modules, ...shared, ...documents, ...others].toSorted(byText),
    );
  });

  it('holds whatever its documents link to', () => {
    const documents = files().filter((name) => /(\.md|llms\.txt)$/.test(name));
    const broken = documents.flatMap((name) => brokenLinks(library, name).map((link) => `${name}: ${link}`));
    expect(broken).toEqual([]);
  });

  it('runs nothing when it is installed', () => {
    expect(Object.keys(manifest.scripts ?? {})).toEqual(['prepack']);
  });

  it('offers each entry to both module systems, the shared copy first', () => {
    for (const [entry, conditions] of Object.entries(manifest.exports)) {
      if (typeof conditions === 'string') continue;
      expect([entry, Object.keys(conditions)]).toEqual([entry, ['module-sync', 'import', 'require']]);
      for (const { types = '', default: code = '' } of Object.values(conditions))
        expect(files()).toEqual(expect.arrayContaining([types.slice(2), code.slice(2)]));
    }
    const subpaths = Object.keys(manifest.exports).filter((entry) => entry !== '.' && entry !== './package.json');
    expect(Object.keys(manifest.typesVersions['*']).map((name) => `./${name}`)).toEqual(subpaths);
  });

  it('writes every relative specifier of its ES modules with an ending', () => {
    const bare = files()
      .filter((name) => name.startsWith('dist/esm/'))
      .flatMap((name) =>
        [...readFileSync(join(library, name), 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)'/g)]
          .map(([, specifier]) => specifier)
          .filter((it) => !it?.endsWith('.js')),
      );
    expect(bare).toEqual([]);
  });

  it('never speaks of undici or axios in the types that an entry shows', () => {
    const seen = new Set<string>();
    const foreign: string[] = [];
    const visit = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const [, specifier = ''] of readFileSync(join(library, file), 'utf8').matchAll(
        /(?:from|import\() ?'([^']+)'/g,
      )) {
        if (specifier.startsWith('.')) visit(join(file, '..', specifier.replace(/\.js$/, '.d.ts')));
        else if (/^(undici|axios)/.test(specifier)) foreign.push(`${file}: ${specifier}`);
      }
    };
    for (const entry of files().filter((name) => /^dist\/esm\/(\w+\/)?index\.d\.ts$/.test(name))) visit(entry);
    expect(foreign).toEqual([]);
  });
});

const EXPORTS: Record<string, string[]> = {
  'nestjs-ottu-cards': [
    'InjectUserCards',
    'OTTU_CARDS_OPTIONS',
    'OttuAuthError',
    'OttuBadResponseError',
    'OttuCardsModule',
    'OttuConfigError',
    'OttuDeleteUnknownError',
    'OttuError',
    'OttuErrorDto',
    'OttuErrorFilter',
    'OttuInputError',
    'OttuListCardsQuery',
    'OttuNotFoundError',
    'OttuRateLimitError',
    'OttuRefusedError',
    'OttuSavedCardDto',
    'OttuTimeoutError',
    'OttuUnavailableError',
    'UserCardsService',
    'getUserCardsToken',
    'ottuErrorAnswer',
  ],
  'nestjs-ottu-cards/webhooks': ['OTTU_WEBHOOKS_OPTIONS', 'OttuWebhooksModule', 'signWebhook', 'verifyWebhook'],
  'nestjs-ottu-cards/bullmq': ['bullQueue'],
  'nestjs-ottu-cards/testing': ['FakeOttu', 'aCard', 'endRateLimit', 'sampleCards'],
  'nestjs-ottu-cards/cache': ['cardCache'],
};

describe.each(Object.entries(EXPORTS))('%s', (entry, names) => {
  it('exports these names to import and to require', () => {
    const print =
      'console.log(JSON.stringify(Object.keys(entry).filter((name) => name !== "default" && name !== "module.exports").sort()))';
    expect(JSON.parse(node('a.mjs', `import 'reflect-metadata'; import * as entry from '${entry}'; ${print}`))).toEqual(
      names,
    );
    expect(
      JSON.parse(node('a.cjs', `require('reflect-metadata'); const entry = require('${entry}'); ${print}`)),
    ).toEqual(names);
  });
});

it('covers every entry with its list of exports', () => {
  const entries = Object.keys(manifest.exports).filter((entry) => entry !== './package.json');
  expect(new Set(Object.keys(EXPORTS))).toEqual(
    new Set(entries.map((entry) => entry.replace('.', 'nestjs-ottu-cards'))),
  );
});

it('is one and the same class for import and require', () => {
  const code = `
    import 'reflect-metadata';
    import { createRequire } from 'node:module';
    import { OttuError, UserCardsService } from 'nestjs-ottu-cards';
    const required = createRequire(import.meta.url)('nestjs-ottu-cards');
    console.log(required.UserCardsService === UserCardsService, required.OttuError === OttuError);`;
  expect(node('b.mjs', code)).toBe('true true');
});

it.each([
  ['import', 'c.mjs', "import 'reflect-metadata'; import 'nestjs-ottu-cards';"],
  ['require', 'c.cjs', "require('reflect-metadata'); require('nestjs-ottu-cards');"],
  ['require, as Jest does it', 'd.cjs', `require('reflect-metadata'); require('${library}/dist/cjs/index.js');`],
])('loads neither the other entries nor swagger with the core, by %s', (_way, file, code) => {
  const loaded = loadedBy(file, code).filter((url) => !url.includes('/@nestjs/core/'));
  expect(loaded).toContainEqual(expect.stringMatching(/nestjs-ottu-cards\/dist\/\w+\/index\.js$/));
  expect(
    loaded.filter((url) =>
      /nestjs-ottu-cards\/dist\/\w+\/(webhooks|bullmq|cache|testing|cli)\/|swagger|lru-cache|bullmq/.test(url),
    ),
  ).toEqual([]);
  const own = loaded.filter((url) => url.includes('/nestjs-ottu-cards/dist/'));
  const text = own.map((url) => readFileSync(new URL(url), 'utf8')).join('\n');
  const isThere = (name: string): boolean => new RegExp(`(?:class|function) ${name}\\b`).test(text);
  const rooms = ['webhooks', 'bullmq', 'cache', 'testing', 'cli'].map(exportsOf);
  expect(rooms.map((names) => names.length > 0)).toEqual(rooms.map(() => true));
  expect(rooms.flat().filter(isThere)).toEqual([]);
  expect(exportsOf('transport').every(isThere)).toBe(true);
});

it('declares the peers that an application brings, and depends on little', () => {
  expect(Object.keys(manifest.peerDependencies)).toEqual([
    '@nestjs/axios',
    '@nestjs/common',
    '@nestjs/core',
    'axios',
    'bullmq',
    'class-transformer',
    'class-validator',
    'ioredis',
    'reflect-metadata',
    'rxjs',
  ]);
  expect(Object.keys(manifest.peerDependenciesMeta)).toEqual(['bullmq', 'ioredis']); // optional
  expect(Object.keys(manifest.dependencies)).toEqual(['lru-cache', 'undici']);
});

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}
