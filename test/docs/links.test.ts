import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject } from '../deploy/support/files.ts';
import { anchors, documents, prose, read } from './support/documents.ts';

const files = documents();
const targets = (text: string): readonly string[] =>
  [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
const isOutside = (target: string): boolean => /^[a-z]+:/.test(target);

/** What is wrong with a link, or null. */
const objection = (file: string, target: string): string | null => {
  const [path = '', anchor] = target.split('#');
  const place = path === '' ? file : normalize(join(dirname(file), path));
  if (place.startsWith('..')) return 'leads out of the project';
  if (!existsSync(inProject(place))) return 'leads nowhere';
  if (anchor === undefined || anchor === '') return null;
  if (!statSync(inProject(place)).isFile()) return 'has an anchor into a folder';
  return anchors(read(place)).has(anchor) ? null : 'leads to a heading that is not there';
};

describe('documents', () => {
  it('are found', () => {
    expect(files).toEqual(
      expect.arrayContaining(['README.md', 'docs/operations.md', 'docs/runbooks/CloudTowerTowerDown.md']),
    );
  });

  it.each(files)('%s: its links lead somewhere', (file) => {
    const inside = targets(read(file)).filter((target) => !isOutside(target));
    expect(
      inside.flatMap((target) => objection(file, target) ?? []).length === 0
        ? []
        : inside.filter((target) => objection(file, target) !== null),
    ).toEqual([]);
  });

  it.each(files)('%s: what it names as a place outside is no place of this project', (file) => {
    // The project has no address of its own; links to itself are relative.
    const outside = targets(read(file)).filter(isOutside);
    for (const target of outside) expect(target).toMatch(/^https:\/\/(?!.*cloudtower-exporter)/);
  });

  it('would not pass with a broken link', () => {
    expect(objection('README.md', 'docs/nothing.md')).toBe('leads nowhere');
    expect(objection('README.md', 'docs/metrics.md#nothing')).toBe('leads to a heading that is not there');
    expect(objection('docs/bridge.md', '../README.md')).toBeNull();
  });

  it('are all reached from the README', () => {
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file) || !file.endsWith('.md') || !existsSync(inProject(file))) return;
      reached.add(file);
      for (const target of targets(read(file))) {
        if (!isOutside(target)) visit(normalize(join(dirname(file), target.split('#')[0] ?? '')));
      }
    };
    visit('README.md');
    const wanted = files.filter(
      (file) => /^docs\/[^/]+$/.test(file) || (file.endsWith('README.md') && !file.includes('certs')),
    );
    expect(wanted.filter((file) => !reached.has(file))).toEqual([]);
  });
});
