import { z } from 'zod';
import { boolean, duration, integer } from './fields.ts';

const day = 86_400_000;

interface CollectorDefaults {
  readonly enabled: boolean;
  readonly interval: string;
}

const fields = (defaults: CollectorDefaults) => ({
  enabled: boolean().prefault(defaults.enabled).describe('Whether it runs.'),
  interval: duration({ min: 1000, max: day }).prefault(defaults.interval).describe('Time from one run to the next.'),
  stale_after: duration({ min: 1000, max: 20 * day })
    .nullable()
    .prefault(null)
    .describe('How long the last values stay when runs fail, counted from the last success. Left out: 5 × `interval`.'),
});

/** What is left out follows from the interval. */
const settle = <T extends { readonly interval: number; readonly stale_after: number | null }>(config: T) => ({
  ...config,
  stale_after: config.stale_after ?? 5 * config.interval,
});

const collector = (defaults: CollectorDefaults, description: string) =>
  z.strictObject(fields(defaults)).transform(settle).readonly().prefault({}).describe(description);

const alertsCollector = z
  .strictObject({
    ...fields({ enabled: true, interval: '30s' }),
    max_series: integer(0, 1_000_000)
      .prefault(1000)
      .describe(
        'Most series of `cloudtower_alert_start_timestamp_seconds` for the tower; the newest alerts are shown.',
      ),
  })
  .transform(settle)
  .readonly()
  .prefault({})
  .describe('Unresolved alerts; the bridge lives on what it reads.');

/** The collectors of a tower by name, with their defaults. */
export const collectorsSchema = z
  .strictObject({
    tower: collector({ enabled: true, interval: '5m' }, "Releases, the tower's own licence, and datacenters."),
    clusters: collector({ enabled: true, interval: '30s' }, 'Clusters: state, capacity, use, data recovery, licences.'),
    hosts: collector({ enabled: true, interval: '30s' }, 'Hosts: condition, capacity, use, temperature.'),
    disks: collector({ enabled: true, interval: '5m' }, 'Disks: condition, size, remaining life.'),
    alerts: alertsCollector,
    recycle_bin: collector({ enabled: true, interval: '5m' }, 'The recycle bin of VMs.'),
    vms: collector({ enabled: false, interval: '1m' }, 'Single VMs; about 12 series each, so off unless asked for.'),
  })
  .readonly();

export type CollectorsConfig = z.output<typeof collectorsSchema>;
export type CollectorConfig = CollectorsConfig['clusters'];
export type AlertsCollectorConfig = CollectorsConfig['alerts'];
