import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** A file of the project by its path from the root. */
export const inProject = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export const scratchFolder = (): string => mkdtempSync(join(tmpdir(), 'cloudtower-exporter-test-'));

/** Where configurations in this repository keep what belongs to the machine. */
const ofTheMachine = /(?<=^|[\s'"={[,:])\/(?:run\/secrets|run\/credentials|etc|var\/lib|certs)\/[\w./-]+/gm;

/**
 * Brings a configuration to a folder of the test's own: every file of the machine that it names becomes one in there, with a
 * placeholder in it. So nothing outside is read, and the real loader can be asked.
 */
export const atHome = (text: string, folder: string): string =>
  text.replaceAll(ofTheMachine, (path) => {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    // A path without a file behind it is a directory: the bridge makes its own.
    if (!path.startsWith('/var/lib/')) writeFileSync(place, placeholder(path));
    return place;
  });

const placeholder = (path: string): string => {
  if (path.endsWith('.pem')) return certificate;
  return path.endsWith('url') ? 'https://receiver.example.com/hook\n' : 'placeholder\n';
};

/** YAML as Kubernetes reads it: 1.1, where `0440` is octal. */
export const kubernetesYaml = (text: string): unknown => parse(text, { version: '1.1' });

/** A certificate to be read, not to be trusted. */
const certificate = '-----BEGIN CERTIFICATE-----\nplaceholder\n-----END CERTIFICATE-----\n';

/** A value that is a map, as its entries; empty for all else. */
export const entries = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];

/** What lies at a path of keys and indices; undefined when there is nothing. */
export const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );

/** A list; empty for all else. */
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Every text in it, at any depth, with its key. */
export const texts = (value: unknown, key = ''): readonly (readonly [string, string])[] => {
  if (typeof value === 'string') return [[key, value]];
  if (Array.isArray(value)) return value.flatMap((item) => texts(item, key));
  return entries(value).flatMap(([name, item]) => texts(item, name));
};
