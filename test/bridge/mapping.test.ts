import { describe, expect, it } from 'vitest';
import { createMapping, type MappingConfig } from '../../src/bridge/mapping.ts';
import type { PolledAlert } from '../../src/bridge/poll.ts';
import { mappingConfig, noon, rowOf, tower } from './polls.ts';

const mapped = (over: Partial<PolledAlert> = {}, config: Partial<MappingConfig> = {}) => {
  const mapping = createMapping({ ...mappingConfig, ...config }, tower);
  const row = rowOf('a1', over);
  const labels = mapping.labels(row);
  return { labels, ...mapping.content(row, labels), startedAt: mapping.startedAt(row, noon) };
};

describe('labels', () => {
  it('name rule, severity, tower and place', () => {
    const { labels } = mapped({ host: { id: 'h', name: 'host-1' }, disk: { id: 'd', name: 'sda' } });
    expect(labels).toEqual({
      alertname: 'CloudTower_rule_name',
      severity: 'critical',
      tower: 't',
      cluster_id: 'c1',
      cluster_name: 'cluster',
      host_name: 'host-1',
      disk_name: 'sda',
      alert_id: 'a1',
      source: 'cloudtower',
    });
  });

  it.each([
    [{ rule: 'x', alert_rule_id: 'r' }, 'CloudTower_x'],
    [{ rule: null, alert_rule_id: 'r' }, 'CloudTower_rule_r'],
    [{ rule: '', alert_rule_id: '' }, 'CloudTower_alert'],
    [{ rule: null, alert_rule_id: null }, 'CloudTower_alert'],
  ])('take the alertname from the rule: %j → %s', (over, expected) => {
    expect(mapped(over).labels['alertname']).toBe(expected);
  });

  it.each([
    ['CRITICAL', 'critical', undefined],
    ['NOTICE', 'warning', undefined],
    ['INFO', 'info', undefined],
    ['notice', 'warning', undefined],
    [' Critical ', 'critical', undefined],
    ['SEVERITY_UNSPECIFIED', 'warning', 'SEVERITY_UNSPECIFIED'],
    ['紧急', 'warning', '紧急'],
    ['', 'warning', undefined],
    [null, 'warning', undefined],
  ])('severity %j is %s, severity_raw %s', (severity, label, raw) => {
    const { labels, annotations } = mapped({ severity });
    expect(labels['severity']).toBe(label);
    expect(annotations['severity_raw']).toBe(raw);
  });

  it('take severities from the configured map', () => {
    const severity_map = { CRITICAL: 'page', Weird: 'ticket' };
    expect(mapped({}, { severity_map }).labels['severity']).toBe('page');
    expect(mapped({ severity: 'WEIRD' }, { severity_map }).labels['severity']).toBe('ticket');
  });

  it('leave out what is empty: no cluster, host, disk, rule', () => {
    const { labels } = mapped({ cluster: null, host: null, disk: null, rule: null, alert_rule_id: null });
    expect(Object.keys(labels).sort()).toEqual(['alert_id', 'alertname', 'severity', 'source', 'tower']);
    expect(mapped({ cluster: { id: 'c', name: '' } }).labels['cluster_name']).toBeUndefined();
  });

  it.each([
    [0, undefined],
    [1, 'vm-0'],
    [2, undefined],
    [500, undefined],
  ])('of an alert with %i VMs name %s', (count, expected) => {
    const vms = Array.from({ length: count }, (_, index) => ({ id: `v${index}`, name: `vm-${index}` }));
    expect(mapped({ vms }).labels['vm_name']).toBe(expected);
  });

  it('leave alert_id out when an alert is its entity', () => {
    expect(mapped({}, { identity: 'entity' }).labels['alert_id']).toBeUndefined();
  });

  it('carry the external labels, which replace none of their own', () => {
    const { labels } = mapped({}, { external_labels: { site: 'sh', tower: 'other', empty: '' } });
    expect(labels).toMatchObject({ site: 'sh', tower: 't' });
    expect(labels['empty']).toBeUndefined();
  });

  it('are one line of well-formed text without control characters', () => {
    const { labels } = mapped({ host: { id: 'h', name: 'a\u0000b\nc\ud800\u0085' } });
    expect(labels['host_name']).toBe('a\ufffdb c\ufffd\ufffd');
  });
});

describe('annotations', () => {
  it('hold what people need to act', () => {
    const { annotations } = mapped({
      cause: 'cause',
      impact: 'impact',
      solution: 'solution',
      value: 91.5,
      threshold: 90,
      local_id: 'l1',
      vms: [{ id: 'v', name: 'vm' }],
    });
    expect(annotations).toEqual({
      summary: 'message of a1',
      description: 'cause\n\nimpact\n\nsolution',
      cause: 'cause',
      impact: 'impact',
      solution: 'solution',
      value: '91.5',
      threshold: '90',
      vms: 'vm',
      rule: 'rule_name',
      local_id: 'l1',
      started_raw: '2026-11-22T10:00:00Z',
    });
  });

  it('leave out empty paragraphs, null values, and the numbers of a rule that is true or false', () => {
    expect(mapped({ impact: 'only' }).annotations['description']).toBe('only');
    expect(mapped({ value: null, threshold: null }).annotations).not.toHaveProperty('value');
    const boolean = mapped({ value: 0, threshold: 1, rule_boolean: true }).annotations;
    expect([boolean['value'], boolean['threshold']]).toEqual([undefined, undefined]);
    expect(mapped({ value: 0, rule_boolean: null }).annotations['value']).toBe('0');
  });

  it('list at most twenty VMs', () => {
    const vms = Array.from({ length: 500 }, (_, index) => ({ id: `v${index}`, name: `vm-${index}` }));
    expect(mapped({ vms }).annotations['vms']).toMatch(/^vm-0, .*vm-19 and 480 more$/);
  });

  it('cut a message of 2 MB, saying so, and never in the middle of a character', () => {
    const { annotations } = mapped({ message: '😀'.repeat(1_000_000), cause: 'x'.repeat(5000) });
    expect(annotations['summary']).toMatch(/^😀+… \(cut: 2000000 characters\)$/u);
    expect(annotations['summary']?.isWellFormed()).toBe(true);
    expect(annotations['cause']).toMatch(/^x+… \(cut: 5000 characters\)$/);
    expect(JSON.stringify(annotations).length).toBeLessThan(20_000);
  });

  it.each([
    ['NUL', 'a\u0000b', 'a\ufffdb'],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['right-to-left text', 'שלום\u202e', 'שלום\u202e'],
    ['a template', '{{ .Labels.x }} {alertname}', '{{ .Labels.x }} {alertname}'],
    ['several lines', 'a\r\nb\nc', 'a b c'],
  ])('keep or mend %s in a message', (_, message, expected) => {
    expect(mapped({ message }).annotations['summary']).toBe(expected);
  });
});

describe('links', () => {
  it.each([
    ['', 'https://tower.example.com'],
    ['/alerts/{alert_id}', 'https://tower.example.com/alerts/a1'],
    ['/?q={cluster_name}', 'https://tower.example.com/?q=a%20%2F%26%E4%B8%AD'],
    ['/x/{disk_name}', 'https://tower.example.com'],
  ])('generatorURL of %j is %s', (generator_url, expected) => {
    expect(mapped({ cluster: { id: 'c', name: 'a /&中' } }, { generator_url }).generatorURL).toBe(expected);
  });

  it.each([['ftp://tower'], ['tower'], [''], ['javascript:alert(1)'], ['https://user:pw@tower']])(
    'generatorURL with the tower at %j is left out',
    (url) => {
      const mapping = createMapping(mappingConfig, { name: 't', url });
      expect(mapping.content(rowOf('a'), {}).generatorURL).toBeNull();
    },
  );

  it('to a runbook come from the rule, or from the template', () => {
    const config = {
      runbook_url: 'https://run.example.com/{rule}',
      runbook_urls: { special: 'https://run.example.com/s' },
    };
    expect(mapped({}, config).annotations['runbook_url']).toBe('https://run.example.com/rule_name');
    expect(mapped({ rule: 'special' }, config).annotations['runbook_url']).toBe('https://run.example.com/s');
    expect(mapped({ rule: null }, config).annotations['runbook_url']).toBeUndefined();
    expect(mapped({ rule: 'constructor' }, config).annotations['runbook_url']).toBe(
      'https://run.example.com/constructor',
    );
    expect(mapped({}, { runbook_url: '/relative' }).annotations['runbook_url']).toBeUndefined();
  });
});

describe('the start', () => {
  it.each([
    ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z'],
    ['2026-11-22T10:00:00.5Z', '2026-11-22T10:00:00.5Z'],
    ['2026-11-22T18:00:00+08:00', '2026-11-22T10:00:00Z'],
    ['2026-11-22 10:00:00', '2026-11-22T10:00:00Z'],
    ['1795341600', '2026-11-22T10:00:00Z'],
    ['1795341600000', '2026-11-22T10:00:00Z'],
  ])('is read from %s', (text, expected) => {
    expect(mapped({ local_start_time: text }).startedAt).toBe(Date.parse(expected));
  });

  it.each([
    [''],
    [null],
    ['0'],
    ['-1'],
    ['garbage'],
    ['1970-01-01T00:00:00Z'],
    ['0001-01-01'],
    ['2027-01-01T00:00:00Z'],
  ])('of %j is not known', (text) => {
    expect(mapped({ local_start_time: text }).startedAt).toBeNull();
  });

  it('without a zone is read in the configured one', () => {
    expect(mapped({ local_start_time: '2026-11-22 18:00:00' }, { assume_timezone: 480 }).startedAt).toBe(
      noon - 7_200_000,
    );
  });
});
