import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { TowerAccess } from './tower-worker.ts';

/** A configuration in a folder of its own, which goes with it. */
export interface ConfigFile extends Disposable {
  readonly path: string;
}

/** Writes a configuration of one tower. `collectors` and the rest are as the configuration file has them. */
export const writeConfig = (access: TowerAccess, collectors: object, rest: object = {}): ConfigFile => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const path = join(folder, 'config.yaml');
  writeFileSync(path, stringify({ towers: [{ name: 'bench', ...access, collectors }], ...rest }), { mode: 0o600 });
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
};
