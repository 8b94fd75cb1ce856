import { fileURLToPath } from 'node:url';
import { allowedForDevelopment, allowedLicences, readPackages } from '../packages.ts';
import { code, generatedNote, table } from './markdown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** docs/dependencies.md. */
export const dependenciesPage = (): string => {
  const runtime = readPackages(root).filter(({ isRuntime }) => isRuntime);
  return [
    '# What the program brings along',
    generatedNote,
    `${runtime.length} packages come with the program, those that its own need included; docs/decisions/0002-dependencies.md says why each of its own is
there. All versions are exact, every package is held to its checksum by the lockfile, and none runs a script when it is installed
(\`npm ci --ignore-scripts\` is enough). \`node tools/sbom.ts\` prints the same as a CycloneDX document.`,
    table(
      ['package', 'version', 'licence'],
      runtime.map(({ name, version, licence }) => [name, version, licence]),
    ),
    `Allowed are ${allowedLicences.map(code).join(', ')}; for tools of development, which are not passed on, ${allowedForDevelopment.map(code).join(', ')} too.
A package under any other licence fails the tests.`,
    '',
  ].join('\n\n');
};
