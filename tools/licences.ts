import { fileURLToPath } from 'node:url';
import { readPackages, refusedLicences } from './packages.ts';

// Prints the licences of what comes with the program; exit 1 when a package of the lockfile has one that nobody has allowed.
const packages = readPackages(fileURLToPath(new URL('..', import.meta.url)));
const runtime = packages.filter(({ isRuntime }) => isRuntime);
for (const { name, version, licence } of runtime) console.log(`${name} ${version}: ${licence}`);
console.log(`${runtime.length} runtime packages, ${packages.length} with those for development`);

const refused = refusedLicences(packages);
for (const { name, version, licence } of refused) {
  console.error(
    `${name} ${version}: the licence ${JSON.stringify(licence)} is not among those allowed (tools/packages.ts)`,
  );
}
process.exitCode = refused.length === 0 ? 0 : 1;
