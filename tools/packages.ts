import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** A package of the lockfile. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** As an SPDX expression; empty when the package states none. */
  readonly licence: string;
  /** Subresource integrity, `sha512-…`; empty for what is part of the project. */
  readonly integrity: string;
  /** Whether it comes with the program; the others are for development, or bring the runtime itself. */
  readonly isRuntime: boolean;
  /** Whether npm would run a script of it when it is installed. */
  readonly hasInstallScript: boolean;
  /** Names of the packages that it needs. */
  readonly dependencies: readonly string[];
}

const names = z.record(z.string(), z.string()).default({});
const lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().default(''),
      integrity: z.string().default(''),
      link: z.boolean().default(false),
      dev: z.boolean().default(false),
      optional: z.boolean().default(false),
      devOptional: z.boolean().default(false),
      hasInstallScript: z.boolean().default(false),
      dependencies: names,
    }),
  ),
});

/** The packages of the lockfile, by name; those of the project itself are left out. @throws when there is none, or it is of another form */
export const readPackages = (root: string): readonly Package[] => {
  const { packages } = lockfile.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .map(([path, entry]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: entry.version ?? '',
      licence: entry.license,
      integrity: entry.integrity,
      // Optional packages are the runtime's binaries, and what of development is for one platform only.
      isRuntime: !entry.dev && !entry.optional && !entry.devOptional,
      hasInstallScript: entry.hasInstallScript,
      dependencies: Object.keys(entry.dependencies),
    }))
    .sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
};

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Licences under which a package may come with the program: they ask for no more than to be named. */
export const allowedLicences: readonly string[] = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** Beside those: for tools that are never passed on. */
export const allowedForDevelopment: readonly string[] = ['BlueOak-1.0.0', 'CC0-1.0', 'MPL-2.0', 'Python-2.0'];

/** Whether the expression leaves a choice that is allowed: one side of an OR is enough, every side of an AND is needed. */
export const isAllowed = (expression: string, allowed: readonly string[]): boolean =>
  expression
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((side) => side.split(' AND ').every((licence) => allowed.includes(licence)));

/** Packages whose licence nobody has allowed. */
export const refusedLicences = (packages: readonly Package[]): readonly Package[] =>
  packages.filter(
    ({ licence, isRuntime }) =>
      !isAllowed(licence, isRuntime ? allowedLicences : [...allowedLicences, ...allowedForDevelopment]),
  );
