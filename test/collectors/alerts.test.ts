import { describe, expect, it } from 'vitest';
import type { PolledAlert } from '../../src/bridge/poll.ts';
import { alertSamples } from '../../src/collectors/alerts.ts';
import { alertFamilies as families } from '../../src/metrics/catalogue/tower.ts';
import type { FamilyDefinition } from '../../src/metrics/family.ts';
import { cluster, polledAlert } from './support/rows.ts';
import { context, linesOf, now, seriesOf } from './support/text.ts';

const c = 'cluster_id="c1",cluster_name="one"';
const clusters = [cluster({ id: 'c1', name: 'one' })];
const second = (iso: string): number => Date.parse(iso) / 1000;

const of = (family: FamilyDefinition, alerts: readonly PolledAlert[], fields: { maxAlertSeries?: number } = {}) =>
  seriesOf(family, alertSamples({ alerts, clusters }, context(fields)));

/** The value of each series by alert id, in order. */
const starts = (alerts: readonly PolledAlert[], maxAlertSeries = 1000): Record<string, number> =>
  Object.fromEntries(
    of(families.start, alerts, { maxAlertSeries }).map((line) => [
      /alert_id="([^"]*)"/.exec(line)?.[1],
      Number(line.split(' ').at(-1)),
    ]),
  );

describe('the alerts collector', () => {
  it('says everything of an ordinary alert', () => {
    const alerts = [
      polledAlert({
        id: 'a1',
        rule: 'host_disk_smart_test_failed',
        host: { id: 'h1', name: 'node "1"' },
        disk: { id: 'd1', name: 'sda' },
      }),
    ];
    expect(linesOf(alertSamples({ alerts, clusters }, context()))).toEqual([
      `cloudtower_alerts{${c},severity="critical"} 1`,
      `cloudtower_alerts{${c},severity="notice"} 0`,
      `cloudtower_alerts{${c},severity="info"} 0`,
      `cloudtower_alert_start_timestamp_seconds{${c},alert_id="a1",severity="critical",rule="host_disk_smart_test_failed",host_name="node \\"1\\"",disk_name="sda"} ${second('2026-01-01T00:00:00Z')}`,
      'cloudtower_alerts_not_shown{} 0',
    ]);
  });

  it('counts every severity, zeros in known clusters, and what has no cluster under an empty one', () => {
    const alerts = [
      polledAlert({ id: 'a1', severity: 'NOTICE' }),
      polledAlert({ id: 'a2', severity: 'NOTICE' }),
      polledAlert({ id: 'a3', severity: 'INFO', cluster: null }),
      polledAlert({ id: 'a4', severity: 'SEVERITY_UNSPECIFIED' }),
      polledAlert({ id: 'a5', severity: 'critical' }),
      polledAlert({ id: 'a6', severity: null }),
      polledAlert({ id: 'a7', severity: 'CRITICAL', cluster: { id: 'c9', name: 'new' } }),
    ];
    const test = context();
    expect(seriesOf(families.count, alertSamples({ alerts, clusters }, test))).toEqual([
      `{${c},severity="critical"} 0`,
      `{${c},severity="notice"} 2`,
      `{${c},severity="info"} 0`,
      `{${c},severity="unknown"} 3`,
      '{cluster_id="",cluster_name="",severity="info"} 1',
      '{cluster_id="c9",cluster_name="new",severity="critical"} 1',
    ]);
    expect(test.reported).toEqual(['alert.severity=critical']);
  });

  it('shows the newest up to the limit and says how many it does not', () => {
    const alerts = [3, 1, 2].map((day) =>
      polledAlert({ id: `a${day}`, local_start_time: `2026-01-0${day}T00:00:00Z` }),
    );
    expect(Object.keys(starts(alerts, 2))).toEqual(['a3', 'a2']);
    expect(of(families.notShown, alerts, { maxAlertSeries: 2 })).toEqual(['{} 1']);
    expect(starts(alerts, 0)).toEqual({});
    expect(of(families.notShown, alerts, { maxAlertSeries: 0 })).toEqual(['{} 3']);
    expect(of(families.notShown, alerts)).toEqual(['{} 0']);
  });

  it('falls back to when the row was written, and shows no start that nobody knows', () => {
    const future = new Date(now + 60_000).toISOString();
    const alerts = [
      polledAlert({ id: 'epoch-ms', local_start_time: String(Date.UTC(2026, 1, 1)) }),
      polledAlert({ id: 'spaced', local_start_time: '2026-02-01 00:00:00' }),
      polledAlert({ id: 'created', local_start_time: '', local_create_time: '2026-02-02T00:00:00.500Z' }),
      polledAlert({ id: 'row', local_start_time: '-1', local_create_time: '0', create_time: '2026-02-03T00:00:00Z' }),
      polledAlert({ id: 'future', local_start_time: future, create_time: '2026-02-04T00:00:00Z' }),
      polledAlert({ id: 'nothing', local_start_time: '0001-01-01T00:00:00Z' }),
      polledAlert({ id: 'null', local_start_time: null }),
    ];
    expect(starts(alerts)).toEqual({
      future: second('2026-02-04T00:00:00Z'),
      row: second('2026-02-03T00:00:00Z'),
      created: second('2026-02-02T00:00:00.500Z'),
      'epoch-ms': second('2026-02-01T00:00:00Z'),
      spaced: second('2026-02-01T00:00:00Z'),
    });
  });

  it('reads times without an offset in the zone it is told', () => {
    const alerts = [polledAlert({ id: 'a1', local_start_time: '2026-02-01 08:00:00' })];
    const [line] = seriesOf(families.start, alertSamples({ alerts, clusters }, context({ assumeOffsetMinutes: 480 })));
    expect(line?.endsWith(` ${second('2026-02-01T00:00:00Z')}`)).toBe(true);
  });

  it('keeps what alerts say of their cluster when nobody knows the clusters', () => {
    const alerts = [polledAlert({ id: 'a1' })];
    expect(seriesOf(families.count, alertSamples({ alerts, clusters: null }, context()))).toEqual([
      '{cluster_id="c1",cluster_name="as the alert says",severity="critical"} 1',
    ]);
  });
});
