import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Package, readPackages } from './packages.ts';

// Prints a software bill of materials in CycloneDX 1.6: what comes with the program, as the lockfile has it.
const root = fileURLToPath(new URL('..', import.meta.url));
const project = z
  .object({
    name: z.string(),
    version: z.string(),
    license: z.string(),
    dependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readFileSync(`${root}/package.json`, 'utf8')));
const packages = readPackages(root).filter(({ isRuntime }) => isRuntime);

/** A scope's @ is written as %40. */
const purl = (name: string, version: string): string => `pkg:npm/${name.replace('@', '%40')}@${version}`;

const licences = (expression: string): object[] =>
  expression === '' ? [] : [/ (?:OR|AND) /.test(expression) ? { expression } : { license: { id: expression } }];

/** `sha512-<base64>` as CycloneDX writes it. */
const hashes = (integrity: string): object[] => {
  const [algorithm, digest] = integrity.split('-');
  if (algorithm !== 'sha512' || digest === undefined) return [];
  return [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }];
};

const component = ({ name, version, licence, integrity }: Package): object => ({
  type: 'library',
  'bom-ref': purl(name, version),
  name,
  version,
  purl: purl(name, version),
  licenses: licences(licence),
  hashes: hashes(integrity),
});

/** The lockfile keeps one version of nearly everything; where there are two, both are named. */
const refsOf = (names: readonly string[]): string[] =>
  names.flatMap((name) => packages.filter((each) => each.name === name).map((each) => purl(each.name, each.version)));

const own = purl(project.name, project.version);
const bom = {
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: {
    component: {
      type: 'application',
      'bom-ref': own,
      name: project.name,
      version: project.version,
      purl: own,
      licenses: licences(project.license),
    },
  },
  components: packages.map(component),
  dependencies: [
    { ref: own, dependsOn: refsOf(Object.keys(project.dependencies)) },
    ...packages.map(({ name, version, dependencies }) => ({
      ref: purl(name, version),
      dependsOn: refsOf(dependencies),
    })),
  ],
};
process.stdout.write(`${JSON.stringify(bom, null, 2)}\n`);
