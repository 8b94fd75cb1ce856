import { createMapping, type MappingConfig } from '../../src/bridge/mapping.ts';
import type { AlertPoll, Lookup, PolledAlert } from '../../src/bridge/poll.ts';
import { applyChange, type MutableTowerState, newState } from '../../src/bridge/state.ts';
import { advance, type Step } from '../../src/bridge/transitions.ts';

export const noon = Date.parse('2026-11-22T12:00:00Z');

export const mappingConfig: MappingConfig = {
  external_labels: {},
  severity_map: { CRITICAL: 'critical', NOTICE: 'warning', INFO: 'info' },
  identity: 'alert',
  generator_url: '',
  runbook_url: null,
  runbook_urls: {},
  assume_timezone: 0,
};

export const tower = { name: 't', url: 'https://tower.example.com' };

export const rowOf = (id: string, over: Partial<PolledAlert> = {}): PolledAlert => ({
  id,
  local_id: null,
  message: `message of ${id}`,
  cause: '',
  impact: '',
  solution: '',
  severity: 'CRITICAL',
  ended: false,
  local_start_time: '2026-11-22T10:00:00Z',
  local_end_time: null,
  local_create_time: null,
  local_update_time: null,
  create_time: null,
  threshold: null,
  value: null,
  cluster: { id: 'c1', name: 'cluster' },
  host: null,
  disk: null,
  vms: [],
  alert_rule_id: 'r1',
  rule: 'rule_name',
  rule_boolean: false,
  ...over,
});

export const pollOf = (
  alerts: readonly PolledAlert[],
  over: Partial<AlertPoll> & { readonly found?: Readonly<Record<string, Lookup>> } = {},
): AlertPoll => {
  const { found, ...rest } = over;
  return {
    tower: 't',
    at: noon,
    outcome: 'complete',
    reason: null,
    alerts,
    lookups: new Map(Object.entries(found ?? {})),
    scope: null,
    ...rest,
  };
};

export const unreachable = (reason = 'refused'): AlertPoll => pollOf([], { outcome: 'unreachable', reason });
export const incomplete = (...alerts: readonly PolledAlert[]): AlertPoll =>
  pollOf(alerts, { outcome: 'incomplete', reason: 'page 2 failed' });

/** Drives the pure machine over polls. */
export class Machine {
  readonly state: MutableTowerState = newState();
  readonly mapping;
  now = noon;
  constructor(config: Partial<MappingConfig> = {}) {
    this.mapping = createMapping({ ...mappingConfig, ...config }, tower);
  }

  /** One poll, half a minute after the one before; the rows that a complete poll leaves out are not found, unless `found` says otherwise. */
  poll(poll: AlertPoll, step = 30_000): Step {
    this.now += step;
    const result = advance(this.state, { ...poll, at: this.now }, this.now, {
      mapping: this.mapping,
      maxHold: 86_400_000,
    });
    applyChange(this.state, result.change);
    return result;
  }

  /** The kinds of a step's transitions with the alert's id or name. */
  told(poll: AlertPoll, step = 30_000): readonly string[] {
    return this.poll(poll, step).change.transitions.map(
      ({ kind, alert }) =>
        `${kind} ${alert.labels['alert_id'] ?? alert.labels['alertname'] ?? ''} ${alert.labels['severity'] ?? ''}`,
    );
  }
}

/** Look-ups that find none of the ids. */
export const notFound = (...ids: readonly string[]): Readonly<Record<string, Lookup>> =>
  Object.fromEntries(ids.map((id) => [id, 'not_found' as const]));

export const endedRow = (id: string, over: Partial<PolledAlert> = {}): PolledAlert =>
  rowOf(id, { ended: true, local_end_time: '2026-11-22T12:00:20Z', ...over });
