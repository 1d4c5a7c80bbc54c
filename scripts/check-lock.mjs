// Checks that package-lock.json names the binaries of every platform. npm leaves out the ones that it could not find
// in the registry when it wrote the file; `npm ci` then fails on the machines that need them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [file = join(import.meta.dirname, '../package-lock.json')] = process.argv.slice(2);
const { packages } = JSON.parse(readFileSync(file, 'utf8'));

const missing = Object.entries(packages).flatMap(([place, { version, optionalDependencies = {} }]) =>
  Object.entries(optionalDependencies)
    .filter(([name]) => !isLocked(place, name))
    .map(([name, range]) => `${place}@${version} lacks ${name}@${range}`),
);

if (missing.length > 0) {
  console.error(`${missing.join('\n')}\n`);
  console.error(
    `package-lock.json lacks ${missing.length} optional packages: npm ci would fail on other platforms. ` +
      'Pin the named packages in package.json to versions whose binaries the registry has, and run npm install again.',
  );
  process.exitCode = 1;
}

/** Looks for a package where Node would: beside the one that wants it, and in each folder above. */
function isLocked(place, name) {
  for (let folder = place; ; folder = above(folder)) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
  }
}

function above(place) {
  return place.slice(0, Math.max(0, place.lastIndexOf('node_modules/') - 1));
}
