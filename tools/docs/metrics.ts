import { families } from '../../src/metrics/catalogue.ts';
import { exporterFamilies } from '../../src/metrics/exporter-catalogue.ts';
import type { FamilyDefinition } from '../../src/metrics/family.ts';
import { code, generatedNote, table } from './markdown.ts';

const titles: Readonly<Record<FamilyDefinition['collector'], string>> = {
  tower: 'Tower (collector `tower`)',
  clusters: 'Clusters (collector `clusters`)',
  hosts: 'Hosts (collector `hosts`)',
  disks: 'Disks (collector `disks`)',
  alerts: 'Alerts (collector `alerts`)',
  recycle_bin: 'Recycle bin (collector `recycle_bin`)',
  vms: 'VMs (collector `vms`, off unless enabled: about 12 series each)',
  exporter: 'The exporter itself',
  bridge: 'The alert bridge',
};

const introduction = `Names, labels and values are a public interface: they are added to freely, and renamed or dropped only after a deprecation.
Units are base units (bytes, hertz, seconds, celsius, ratio 0–1); counters end in \`_total\`.

- **Absent is not zero.** What a tower reports as null has no sample. A sum whose parts are all unknown is absent; with some unknown it
  is the sum of the others. What is counted and found empty is zero.
- **State sets** are one series for each possible value, exactly one of them 1. A value that this version does not know is \`unknown\`, logged once
  and counted.
- **Old is not current.** When a collector fails, its last samples stay until \`stale_after\` (by default five intervals after the last
  success), then they go. \`cloudtower_collector_success\` and \`cloudtower_collector_last_success_timestamp_seconds\` say so at once.

Beside these there are prom-client's \`process_*\` and \`nodejs_*\` metrics of the exporter's own process.`;

/** docs/metrics.md. */
export const metricsPage = (): string => {
  const byCollector = Map.groupBy([...families, ...exporterFamilies], ({ collector }) => collector);
  const sections = [...byCollector].map(([collector, members]) => `## ${titles[collector]}\n\n${familyTable(members)}`);
  return ['# Metrics', generatedNote, introduction, ...sections, ''].join('\n\n');
};

const familyTable = (members: readonly FamilyDefinition[]): string =>
  table(
    ['metric', 'type', 'unit', 'labels', 'meaning', 'source', 'stability'],
    members.map(({ name, type, unit, labels, help, source, stability }) => [
      code(name),
      type,
      unit ?? '–',
      labels.map(code).join(', ') || '–',
      help,
      source,
      stability,
    ]),
  );
