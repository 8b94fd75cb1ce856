import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { exporterFamilies } from '../../src/metrics/exporter-catalogue.ts';
import { families } from '../../src/metrics/catalogue.ts';
import { ExporterMetrics } from '../../src/metrics/exporter-metrics.ts';
import type { Format } from '../../src/metrics/exposition.ts';
import { OwnRegistry } from '../../src/metrics/own-registry.ts';
import { parseExposition } from '../support/exposition.ts';
import { makeFamily, textOf } from '../support/metrics.ts';

/** A clock that stands still until it is pushed, so that every look renders anew when asked to. */
const makeClock = (): Clock & { push(ms: number): void } => {
  let time = 1_000_000;
  return {
    now: () => time,
    monotonic: () => time,
    sleep: () => Promise.resolve(),
    push: (ms) => {
      time += ms;
    },
  };
};

const makeMetrics = (processMetrics = false): { metrics: ExporterMetrics; clock: ReturnType<typeof makeClock> } => {
  const clock = makeClock();
  return { metrics: new ExporterMetrics({ version: '1.2.3', revision: 'abc', clock, processMetrics }), clock };
};

const read = async (metrics: ExporterMetrics, format: Format = 'text'): Promise<ReturnType<typeof parseExposition>> =>
  parseExposition(textOf((await metrics.render()).all, format), format);

const run = {
  tower: 'a',
  collector: 'hosts',
  success: true,
  seconds: 1.5,
  finishedAtMs: 1_700_000_000_500,
  objects: 7,
};

describe('the catalogue', () => {
  it('declares every name once, over both catalogues', () => {
    const names = [...families, ...exporterFamilies].map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('keeps to the conventions', () => {
    for (const family of exporterFamilies) {
      expect(family.name).toMatch(/^cloudtower_[a-z_]+$/);
      expect(family.name.endsWith('_total')).toBe(family.type === 'counter');
      expect(family.help).toMatch(/^[A-Z].*\.$/);
      if (family.unit !== null) expect(family.name.replace(/_total$/, '').endsWith(`_${family.unit}`)).toBe(true);
    }
  });
});

describe('what the exporter shows of itself', () => {
  it('is the build, and the configuration as read, before anything has happened', async () => {
    const { metrics } = makeMetrics();
    const page = await read(metrics);
    expect(
      page.value('cloudtower_exporter_build_info', {
        version: '1.2.3',
        revision: 'abc',
        node_version: process.version,
      }),
    ).toBe(1);
    expect(page.value('cloudtower_exporter_config_last_reload_successful')).toBe(1);
    expect(page.value('cloudtower_exporter_config_last_reload_success_timestamp_seconds')).toBe(1000);
    expect(page.find('cloudtower_up')).toEqual([]);
  });

  it('counts requests, bytes and logins, and times requests', async () => {
    const { metrics } = makeMetrics();
    for (const [code, seconds] of [
      ['200', 0.3],
      ['200', 2],
      ['timeout', 31],
    ] as const) {
      metrics.request({ tower: 'a', operation: 'get-vms', code, seconds, bytes: 100 });
    }
    metrics.login({ tower: 'a', result: 'rejected' });
    metrics.reachable({ tower: 'a', up: true });
    metrics.reachable({ tower: 'b', up: false });
    for (const format of ['text', 'openmetrics'] as const) {
      const page = await read(metrics, format);
      expect(page.value('cloudtower_api_requests_total', { tower: 'a', operation: 'get-vms', code: '200' })).toBe(2);
      expect(page.value('cloudtower_api_requests_total', { code: 'timeout' })).toBe(1);
      expect(page.value('cloudtower_api_response_bytes_total', { operation: 'get-vms' })).toBe(300);
      expect(page.value('cloudtower_api_logins_total', { tower: 'a', result: 'rejected' })).toBe(1);
      expect(page.value('cloudtower_up', { tower: 'a' })).toBe(1);
      expect(page.value('cloudtower_up', { tower: 'b' })).toBe(0);
      expect(page.value('cloudtower_api_request_duration_seconds_bucket', { le: '0.5' })).toBe(1);
      expect(page.value('cloudtower_api_request_duration_seconds_bucket', { le: '2.5' })).toBe(2);
      expect(page.value('cloudtower_api_request_duration_seconds_bucket', { le: '+Inf' })).toBe(3);
      expect(page.value('cloudtower_api_request_duration_seconds_sum')).toBeCloseTo(33.3, 9);
    }
  });

  it('survives numbers that are none', async () => {
    const { metrics } = makeMetrics();
    metrics.request({ tower: 'a', operation: 'x', code: '200', seconds: Number.NaN, bytes: Number.POSITIVE_INFINITY });
    metrics.bridge.deliveryDelay('r', Number.NaN);
    metrics.bridge.deliveryDelay('r', -5);
    const page = await read(metrics);
    expect(page.value('cloudtower_api_requests_total')).toBe(1);
    expect(page.find('cloudtower_api_response_bytes_total')).toEqual([]);
    expect(page.value('cloudtower_bridge_delivery_delay_seconds_sum')).toBe(0);
  });

  it('keeps the last success and the objects of a collector that fails', async () => {
    const { metrics, clock } = makeMetrics();
    metrics.collectorRun(run);
    clock.push(1000);
    metrics.collectorRun({ ...run, success: false, seconds: 9, finishedAtMs: 1_700_000_100_000, objects: null });
    const page = await read(metrics);
    const key = { tower: 'a', collector: 'hosts' };
    expect(page.value('cloudtower_collector_success', key)).toBe(0);
    expect(page.value('cloudtower_collector_duration_seconds', key)).toBe(9);
    expect(page.value('cloudtower_collector_last_success_timestamp_seconds', key)).toBe(1_700_000_000.5);
    expect(page.value('cloudtower_collector_objects', key)).toBe(7);
  });

  it('says that a reload failed, and keeps the time of the one that did not', async () => {
    const { metrics } = makeMetrics();
    metrics.configReload({ success: false, atMs: 5_000_000 });
    const page = await read(metrics);
    expect(page.value('cloudtower_exporter_config_last_reload_successful')).toBe(0);
    expect(page.value('cloudtower_exporter_config_last_reload_success_timestamp_seconds')).toBe(1000);
  });

  it('counts dropped duplicates and unknown values', async () => {
    const { metrics } = makeMetrics();
    metrics.duplicateDropped();
    metrics.unknownEnumValue('a', 'hosts.status');
    const page = await read(metrics);
    expect(page.value('cloudtower_exporter_duplicate_series_dropped_total')).toBe(1);
    expect(page.value('cloudtower_exporter_unknown_enum_values_total', { tower: 'a', field: 'hosts.status' })).toBe(1);
  });

  it('is rendered at most once a second', async () => {
    const { metrics, clock } = makeMetrics();
    const first = await metrics.render();
    metrics.reachable({ tower: 'a', up: true });
    clock.push(999);
    expect(await metrics.render()).toBe(first);
    clock.push(1);
    expect((await read(metrics)).value('cloudtower_up')).toBe(1);
  });

  it('carries the process and Node.js, without the names that lint refuses', async () => {
    const page = await read(makeMetrics(true).metrics, 'openmetrics');
    expect(page.value('process_start_time_seconds')).toBeGreaterThan(1_600_000_000);
    expect(page.find('nodejs_version_info')).toHaveLength(1);
    expect(
      [...page.families.values()].filter(({ name, type }) => type !== 'counter' && name.endsWith('_total')),
    ).toEqual([]);
  });
});

describe('the series of one tower', () => {
  it('are those that carry its label', async () => {
    const { metrics } = makeMetrics();
    metrics.reachable({ tower: 'a', up: true });
    metrics.reachable({ tower: 'b', up: true });
    metrics.collectorRun(run);
    const page = parseExposition(textOf((await metrics.render()).of('a')));
    expect(page.samples.length).toBeGreaterThan(3);
    expect(new Set(page.samples.map(({ labels }) => labels['tower']))).toEqual(new Set(['a']));
    expect((await metrics.render()).of('')).toEqual([]);
  });
});

describe('a new configuration', () => {
  it('takes away towers and collectors that it does not have, and late news of them', async () => {
    const { metrics, clock } = makeMetrics();
    const tell = (tower: string): void => {
      metrics.request({ tower, operation: 'get-vms', code: '200', seconds: 1, bytes: 1 });
      metrics.login({ tower, result: 'success' });
      metrics.reachable({ tower, up: true });
      metrics.unknownEnumValue(tower, 'f');
      for (const collector of ['hosts', 'vms']) metrics.collectorRun({ ...run, tower, collector });
    };
    for (const tower of ['a', 'b']) tell(tower);
    metrics.retainTowers(new Map([['a', new Set(['hosts'])]]));
    for (let times = 0; times < 2; times++) {
      const page = await read(metrics);
      const towers = page.samples.map(({ labels }) => labels['tower']).filter((tower) => tower !== undefined);
      expect(new Set(towers)).toEqual(new Set(['a']));
      expect(page.find('cloudtower_api_request_duration_seconds_count')).toHaveLength(1);
      expect(page.find('cloudtower_collector_success').map(({ labels }) => labels['collector'])).toEqual(['hosts']);
      for (const tower of ['a', 'b']) tell(tower);
      clock.push(1000);
    }
    metrics.retainTowers(new Map([['b', new Set(['hosts'])]]));
    tell('b');
    expect((await read(metrics)).value('cloudtower_api_requests_total')).toBe(1);
  });

  it('takes away receivers, and starts those it has at zero', async () => {
    const { metrics } = makeMetrics();
    const { bridge } = metrics;
    for (const receiver of ['x', 'y']) {
      bridge.notification(receiver);
      bridge.notificationFailed(receiver, 'timeout');
      bridge.queueLength(receiver, 3);
      bridge.lastSuccess(receiver, 1500);
      bridge.deliveryDelay(receiver, 4);
      bridge.deadLetters(receiver, 1);
      bridge.oldestUnacknowledged(receiver, 2);
      bridge.configurationError(receiver, true);
    }
    bridge.retainReceivers(new Set(['y', 'z']));
    const page = await read(metrics);
    expect(page.samples.filter(({ labels }) => labels['receiver'] === 'x')).toEqual([]);
    expect(page.samples.filter(({ labels }) => labels['receiver'] === 'y').length).toBeGreaterThanOrEqual(8);
    expect(page.value('cloudtower_bridge_notifications_total', { receiver: 'y' })).toBe(1);
    expect(page.value('cloudtower_bridge_notifications_total', { receiver: 'z' })).toBe(0);
    expect(page.value('cloudtower_bridge_last_success_timestamp_seconds')).toBe(1.5);
  });

  it('takes away what the bridge knew of a tower', async () => {
    const { metrics } = makeMetrics();
    const { bridge } = metrics;
    for (const tower of ['a', '']) {
      bridge.alerts(tower, 'firing', 2);
      bridge.held(tower, true);
      bridge.timeParseFallback(tower, 'start');
      bridge.forgotten(tower, 'scope', 4);
    }
    bridge.stateError('full');
    bridge.removeTower('a');
    const page = await read(metrics);
    expect(page.find('cloudtower_bridge_alerts').map(({ labels }) => labels['tower'])).toEqual(['']);
    expect(page.value('cloudtower_bridge_forgotten_total')).toBe(4);
    expect(page.value('cloudtower_bridge_state_errors_total', { code: 'full' })).toBe(1);
  });
});

describe('label sets that differ only in where a comma stands', () => {
  const sets = [
    { l: '1,m:2', m: '' },
    { l: '1', m: '2' },
    { l: '1,m:2,', m: '' },
    { l: '%2C', m: '' },
    { l: ',', m: '' },
    { l: '%252C', m: '' },
    { l: '__proto__', m: 'constructor' },
  ];

  const shown = async (registry: OwnRegistry): Promise<unknown[]> =>
    parseExposition(textOf((await registry.render()).all))
      .samples.filter(({ name }) => !name.endsWith('_bucket') && !name.endsWith('_count'))
      .map(({ labels, value }) => [labels['l'], labels['m'], value]);
  const expected = sets.map(({ l, m }, index) => [l, m, index + 1]);
  const family = makeFamily({ name: 'x_total', type: 'counter', labels: ['l', 'm'] });

  it('stay apart in a gauge, and can be removed one by one', async () => {
    const registry = new OwnRegistry();
    const gauge = registry.gauge({ ...family, name: 'x', type: 'gauge' });
    for (const [index, labels] of sets.entries()) gauge.with(labels, (metric, packed) => metric.set(packed, index + 1));
    expect(await shown(registry)).toEqual(expected);
    gauge.removeWhere(({ l }) => l === '1,m:2');
    expect(await shown(registry)).toEqual(expected.slice(1));
  });

  it('stay apart in a counter', async () => {
    const registry = new OwnRegistry();
    const counter = registry.counter(family);
    for (const [index, labels] of sets.entries())
      counter.with(labels, (metric, packed) => metric.inc(packed, index + 1));
    expect(await shown(registry)).toEqual(expected);
  });

  it('stay apart in a histogram', async () => {
    const registry = new OwnRegistry();
    const histogram = registry.histogram({ ...family, name: 'x', type: 'histogram' }, [1, 10]);
    for (const [index, labels] of sets.entries()) {
      histogram.with(labels, (metric, packed) => metric.observe(packed, index + 1));
    }
    expect(await shown(registry)).toEqual(expected);
  });
});
