import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/commands/program.ts';
import { families } from '../../src/metrics/catalogue.ts';
import { exporterFamilies } from '../../src/metrics/exporter-catalogue.ts';
import { readRecordings } from '../prometheus/rule-files.ts';
import { documents, read } from './support/documents.ts';

const metrics = new Set([...families, ...exporterFamilies].map(({ name }) => name));
const recorded = new Set(readRecordings().map(({ record }) => record));
const suffixes = /_(total|bucket|sum|count)$/;

/** Whether a name in a text is a metric, a beginning of one (`cloudtower_bridge_*`), or one of its series. */
const isKnown = (name: string): boolean =>
  metrics.has(name) ||
  recorded.has(name) ||
  metrics.has(name.replace(suffixes, '')) ||
  (name.endsWith('_') && [...metrics].some((metric) => metric.startsWith(name)));

const optionsOf = (command: Command): readonly string[] => [
  ...command.options.map(({ long }) => long ?? ''),
  ...command.commands.flatMap(optionsOf),
];
const options = new Set([...optionsOf(createProgram()), '--help', '--version']);

describe('names in documents', () => {
  it.each(documents())('%s names metrics that there are', (file) => {
    const names = [...read(file).matchAll(/(?<![\w:./-])cloudtower_[a-z0-9_]+/g)].map(([name]) => name);
    expect([...new Set(names)].filter((name) => !isKnown(name))).toEqual([]);
  });

  it.each(documents())('%s names flags that there are', (file) => {
    // Flags with a dot in their names are this program's; others may be anybody's.
    const names = [...read(file).matchAll(/(?<![\w-])--(?:config|web|log|bridge)\.[a-z-]+(?:\.[a-z-]+)*/g)].map(
      ([name]) => name,
    );
    expect([...new Set(names)].filter((name) => !options.has(name))).toEqual([]);
  });

  it('would find one that is not', () => {
    expect(isKnown('cloudtower_cluster_cpu_corse')).toBe(false);
    expect(isKnown('cloudtower_up')).toBe(true);
    expect(options.has('--config.file')).toBe(true);
  });
});
