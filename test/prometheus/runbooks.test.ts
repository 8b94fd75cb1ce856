import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { families } from '../../src/metrics/catalogue.ts';
import { exporterFamilies } from '../../src/metrics/exporter-catalogue.ts';
import { catalogue, wrongNames } from './promql.ts';
import { folders, readAlerts, readRecordings, readRunbooks } from './rule-files.ts';

const names = [...new Set(readAlerts().map(({ alert }) => alert))].sort();
const runbooks = readRunbooks();
const known = new Map([
  ...catalogue([...families, ...exporterFamilies]),
  ...readRecordings().map(({ record }) => [record, ['tower', 'cluster_id', 'cluster_name']] as const),
  // What Prometheus itself exposes of its rules.
  ['ALERTS', ['alertname', 'severity', 'tower']],
]);

describe('runbooks', () => {
  it('are there for every alert, and for nothing else', () => {
    expect([...runbooks.keys()].sort()).toEqual(names);
  });

  it.each([...runbooks])('%s has its four parts, each with something in it', (name, text) => {
    expect(text.startsWith(`# ${name}\n`)).toBe(true);
    const parts = text.split(/^## /m).slice(1);
    expect(parts.map((part) => part.split('\n')[0])).toEqual(['Meaning', 'Impact', 'Diagnosis', 'Mitigation']);
    for (const part of parts) expect(part.split('\n').slice(1).join(' ').trim().length).toBeGreaterThan(80);
  });

  it.each([...runbooks])('%s gives queries that can be pasted', (_, text) => {
    const blocks = [...text.matchAll(/```promql\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.split(/\n\s*\n/));
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) {
      const expression = block.replaceAll(/^#.*$/gm, '').trim();
      expect(wrongNames(expression, known), expression).toEqual([]);
    }
  });

  it.each([...runbooks])('%s points only to runbooks that exist', (_, text) => {
    const targets = [...text.matchAll(/\]\((\w+)\.md\)/g)].map(([, target]) => target);
    expect(targets.filter((target) => target === undefined || !runbooks.has(target))).toEqual([]);
  });
});

describe('prometheus/README.md', () => {
  it('says of every alert, once, whether the bridge or the rules are to be used', () => {
    const text = readFileSync(join(folders.rules, '..', 'README.md'), 'utf8');
    const table = text
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .join('\n');
    expect([...table.matchAll(/`(CloudTower\w+)`/g)].map(([, name]) => name).sort()).toEqual(names);
  });
});
