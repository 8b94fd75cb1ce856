import { readFileSync } from 'node:fs';

const readVersion = (): string => {
  const file: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof file === 'object' && file !== null && 'version' in file ? String(file.version) : 'unknown';
};

/** The version of this program, as in package.json. */
export const version: string = readVersion();

/** The source revision that it was built from; images set it. */
export const revision: string = process.env['CLOUDTOWER_EXPORTER_REVISION'] ?? '';
