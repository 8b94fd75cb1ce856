import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

/** Where a real peer (`prometheus`, `amtool`, `chromium` …) is installed, or null. */
export const findPeer = (name: string): string | null => {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/usr/local/bin'];
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not here
    }
  }
  return null;
};

/**
 * A suite against real peers. Where one is missing it is skipped aloud; with REQUIRE_PEERS=1 (as the CI sets it) it fails instead.
 */
export const describeWithPeers = (
  title: string,
  names: readonly string[],
  suite: (paths: Readonly<Record<string, string>>) => void,
): void => {
  const found = names.map((name) => [name, findPeer(name)] as const);
  const missing = found.filter(([, path]) => path === null).map(([name]) => name);
  if (missing.length === 0) {
    describe(title, () => suite(Object.fromEntries(found.map(([name, path]) => [name, path ?? '']))));
    return;
  }
  if (process.env['REQUIRE_PEERS'] === '1') throw new Error(`${title}: not installed: ${missing.join(', ')}`);
  console.warn(`SKIPPED: ${title} (not installed: ${missing.join(', ')})`);
  describe.skip(title, () => suite(Object.fromEntries(names.map((name) => [name, '']))));
};
