import type { Cpu, Storage, Use } from './capacity.ts';
import type { ClusterInfo, LicenseInfo, Movement } from './cluster-info.ts';
import { formatDay, formatValue, type Unit } from './format.ts';
import type { Dashboard } from './model.ts';
import type { RecycleBin } from './recycle-bin.ts';
import type { Health, TowerHealth } from './source.ts';
import type { Sum } from './sum.ts';
import type { Verdict } from './verdict.ts';

/** A figure in its base unit, and as people read it. */
const figure = (value: number | null, unit: Unit) => ({ value, formatted: formatValue(value, unit) });

/** `missing`: how many parts nobody reported. */
const total = ({ value, missing }: Sum, unit: Unit) => ({ ...figure(value, unit), missing });

const time = (ms: number | null): string | null => {
  const date = ms === null ? null : new Date(ms);
  return date === null || Number.isNaN(date.getTime()) ? null : date.toISOString();
};

/** The dashboard as JSON. Keys are only ever added. */
export const dashboardDocument = (dashboard: Dashboard, verdict: Verdict, health: Health, now: number) => ({
  generated_at: time(now),
  scope: dashboard.scope,
  verdict,
  towers: dashboard.towers.map(({ name, version, licenses }) => ({
    name,
    version,
    licenses: licenses.map(license),
    ...towerState(health.towers.find((tower) => tower.name === name)),
  })),
  clusters: dashboard.clusters.map(cluster),
  alerts: dashboard.alerts,
  disks: dashboard.disks,
  cpu: dashboard.cpu === null ? null : cpu(dashboard.cpu),
  memory: dashboard.memory === null ? null : use(dashboard.memory, 'bytes'),
  storage: dashboard.storage === null ? null : storage(dashboard.storage),
  hosts: dashboard.hosts,
  clusters_by_product: dashboard.products,
  data_recovery: dashboard.recovery.map(movement),
  data_migration: dashboard.migration.map(movement),
  recycle_bin: dashboard.recycleBin === null ? null : recycleBin(dashboard.recycleBin),
  alert_list: dashboard.alertList.map(({ started, ...alert }) => ({ ...alert, started_at: time(started) })),
  receivers: health.receivers.map(({ oldestUnacknowledged, ...receiver }) => ({
    name: receiver.name,
    kind: receiver.kind,
    queue_length: receiver.queueLength,
    oldest_unacknowledged_at: time(oldestUnacknowledged),
    dead_letters: receiver.deadLetters,
    targets: receiver.targets.map(({ lastSuccess, ...target }) => ({ ...target, last_success_at: time(lastSuccess) })),
  })),
});

const use = ({ total: capacity, used, usage }: Use, unit: Unit) => ({
  total: total(capacity, unit),
  used: total(used, unit),
  usage: figure(usage, 'ratio'),
});

const cpu = ({ cores, ...rest }: Cpu) => ({ cores: total(cores, 'cores'), ...use(rest, 'hertz') });

const storage = ({ invalid, available, ...rest }: Storage) => ({
  ...use(rest, 'bytes'),
  invalid: total(invalid, 'bytes'),
  available: total(available, 'bytes'),
});

/** How long a licence lasts, for people. */
export const expiryText = ({ expiry }: LicenseInfo): string => {
  if (expiry === 'perpetual') return 'Perpetual';
  return expiry === null ? 'unknown' : formatDay(expiry);
};

const license = (info: LicenseInfo) => ({
  type: info.type,
  edition: info.edition,
  perpetual: info.expiry === 'perpetual',
  expires_at_seconds: typeof info.expiry === 'number' ? info.expiry : null,
  formatted: expiryText(info),
});

const cluster = ({ license: own, storage: space, ...info }: ClusterInfo) => ({
  ...info,
  license: license(own),
  storage: storage(space),
});

const movement = ({ remaining, speed, ...where }: Movement) => ({
  ...where,
  remaining: figure(remaining, 'bytes'),
  speed: figure(speed, 'bytes_per_second'),
});

const recycleBin = ({ vms, size, today, week, unknown }: RecycleBin) => ({
  vms,
  size: total(size, 'bytes'),
  released_today: total(today, 'bytes'),
  released_within_7_days: total(week, 'bytes'),
  vms_with_unknown_release: unknown,
});

const towerState = (tower: TowerHealth | undefined) => ({
  state: tower?.reach ?? null,
  collectors: (tower?.collectors ?? []).map((state) => ({
    name: state.name,
    success: state.lastRun === null ? null : state.lastError === null,
    stale: state.stale,
    last_run_at: time(state.lastRun),
    last_success_at: time(state.lastSuccess),
    objects: state.objects,
    error: state.lastError,
  })),
});
