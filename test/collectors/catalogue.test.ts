import { describe, expect, it } from 'vitest';
import { collectors } from '../../src/collectors/collectors.ts';
import { families } from '../../src/metrics/catalogue.ts';
import { collectorNames } from '../../src/metrics/family.ts';

describe('the catalogue', () => {
  it('declares every family once, and one collector yields it', () => {
    const names = families.map((family) => family.name);
    expect(new Set(names).size).toBe(names.length);
    const yielded = collectors.flatMap((collector) => collector.families);
    expect(new Set(yielded)).toEqual(new Set(families));
    expect(yielded).toHaveLength(families.length);
    for (const collector of collectors) {
      for (const family of collector.families) expect(family.collector).toBe(collector.name);
    }
  });

  it('has one collector for each name', () => {
    expect(collectors.map((collector) => collector.name).toSorted()).toEqual([...collectorNames].toSorted());
  });

  it.each(families.map((family) => [family.name, family] as const))('%s is well declared', (name, family) => {
    expect(name).toMatch(/^cloudtower_[a-z][a-z0-9_]*[a-z0-9]$/);
    expect(family.type).toBe('gauge');
    expect(name).not.toMatch(/_(?:total|count|sum|bucket)$/);
    expect(family.labels[0]).toBe('tower');
    expect(new Set(family.labels).size).toBe(family.labels.length);
    expect(family.help).toMatch(/^[A-Z0-9].*\(get-[a-z-]+.*\)\.$/);
    expect(family.unit === null || name.endsWith(`_${family.unit}`)).toBe(true);
    expect(family.unit === null && /_(?:bytes|seconds|hertz|celsius|ratio)$/.test(name)).toBe(false);
  });
});
