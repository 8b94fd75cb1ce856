import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { allowedLicences, isAllowed, readPackages, refusedLicences } from '../../tools/packages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const packages = readPackages(root);
const runtime = packages.filter(({ isRuntime }) => isRuntime);
const project = z
  .object({ dependencies: z.record(z.string(), z.string()), devDependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(`${root}/package.json`, 'utf8')));

describe('the packages', () => {
  it('are few: every one more is one more to trust', () => {
    console.log(`supply chain: ${runtime.length} runtime packages, ${packages.length} in all`);
    expect(Object.keys(project.dependencies).filter((name) => !runtime.some((each) => each.name === name))).toEqual([]);
    expect(runtime.length).toBeGreaterThan(Object.keys(project.dependencies).length);
    expect(runtime.length).toBeLessThanOrEqual(100);
  });

  it('have exact versions', () => {
    for (const [name, version] of Object.entries({ ...project.dependencies, ...project.devDependencies })) {
      expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
    }
  });

  it('are held to their checksums, and the lockfile names no place to get them from', () => {
    for (const { name, integrity } of packages) {
      expect([name, integrity]).toEqual([name, expect.stringMatching(/^sha512-[\w+/]{86}==$/)]);
    }
    expect(readFileSync(`${root}/package-lock.json`, 'utf8')).not.toContain('"resolved": "http');
  });

  it('need no script when they are installed', () => {
    // The one that npm knows of builds a watcher for macOS, where it is not needed either.
    const needed = packages.filter(({ name, hasInstallScript }) => hasInstallScript && name !== 'fsevents');
    expect(needed.map(({ name }) => name)).toEqual([]);
    expect(runtime.filter(({ hasInstallScript }) => hasInstallScript)).toEqual([]);
  });

  it('come under licences that are allowed', () => {
    expect(refusedLicences(packages).map(({ name, licence }) => `${name}: ${licence}`)).toEqual([]);
  });

  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-only)', true],
    ['MIT AND Apache-2.0', true],
    ['MIT AND GPL-3.0-only', false],
    ['AGPL-3.0-only', false],
    ['', false],
    ['SEE LICENSE IN LICENSE.md', false],
  ])('%j is allowed: %j', (expression, allowed) => {
    expect(isAllowed(expression, allowedLicences)).toBe(allowed);
  });

  it('are installed as the lockfile says', () => {
    // Exits with an error for anything missing, superfluous or of another version.
    execFileSync('npm', ['ls', '--all', '--silent'], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  });
});

const reference = z.string().regex(/^pkg:npm\/[\w.%/-]+@[\w.-]+$/);
const bomSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.6'),
  components: z.array(
    z.object({
      'bom-ref': reference,
      type: z.literal('library'),
      name: z.string(),
      version: z.string(),
      purl: reference,
      licenses: z
        .array(z.union([z.object({ license: z.object({ id: z.string() }) }), z.object({ expression: z.string() })]))
        .min(1),
      hashes: z.array(z.object({ alg: z.literal('SHA-512'), content: z.string().regex(/^[0-9a-f]{128}$/) })).length(1),
    }),
  ),
  dependencies: z.array(z.object({ ref: reference, dependsOn: z.array(reference) })),
});

it('the bill of materials names what comes with the program, and what needs what', () => {
  const text = execFileSync(process.execPath, ['tools/sbom.ts'], { cwd: root, encoding: 'utf8' });
  const { components, dependencies } = bomSchema.parse(JSON.parse(text));
  expect(components.map(({ name, version }) => `${name}@${version}`)).toEqual(
    runtime.map(({ name, version }) => `${name}@${version}`),
  );
  const refs = new Set(components.map((component) => component['bom-ref']));
  const reached = new Set<string>();
  const follow = (ref: string): void => {
    if (reached.has(ref)) return;
    reached.add(ref);
    for (const next of dependencies.find((each) => each.ref === ref)?.dependsOn ?? []) follow(next);
  };
  follow(dependencies[0]?.ref ?? '');
  // From the program everything is reached, and nothing else.
  expect([...refs].filter((ref) => !reached.has(ref))).toEqual([]);
  expect(reached.size).toBe(refs.size + 1);
});
