import type { DiskRow } from '../schema/host.ts';
import { byId, minute } from '../estate/builder.ts';
import { dataCapacity } from '../estate/disks.ts';
import { cuid, uuid } from '../random.ts';
import type { Scene } from './life.ts';
import { startRecovery } from './recovery.ts';
import { refreshCluster } from './refresh.ts';

const isSound = (disk: DiskRow): boolean =>
  disk.health_status === 'HEALTHY' && disk.function === 'DATA' && disk.mounted && disk.healthy;

/** A data disk fails: isolated at once, offline after three minutes, replaced after ten. */
export const failDisk = (scene: Scene): void => {
  const { estate, random, now, alerts } = scene;
  const connected = new Set(estate.clusters.filter((one) => one.connect_state === 'CONNECTED').map(({ id }) => id));
  const hosts = new Map(estate.hosts.map((host) => [host.id, host]));
  const candidates = estate.disks.filter(
    (disk) => isSound(disk) && connected.has(hosts.get(disk.host.id)?.cluster.id ?? ''),
  );
  if (candidates.length === 0) return;
  const disk = random.pick(candidates);
  const host = hosts.get(disk.host.id);
  if (host === undefined) return;
  const capacity = dataCapacity(disk);
  Object.assign(disk, { health_status: 'UNHEALTHY', healthy: false, usage_status: 'ISOLATED' });
  host.failure_data_space += capacity;
  const alert = alerts.raise(now, random, { rule: 'host_unhealthy_disk_offline', host, disk });
  refreshCluster(estate, host.cluster.id);
  startRecovery(scene, host.cluster.id, Math.floor(capacity * 0.5));
  scene.after(3 * minute, () => {
    Object.assign(disk, { offline: true, mounted: false, usage_status: 'UNMOUNTED' });
  });
  scene.after(10 * minute, (later) => {
    host.failure_data_space = Math.max(0, host.failure_data_space - capacity);
    replace(later, disk);
    alerts.end(alert, later.now);
    refreshCluster(later.estate, host.cluster.id);
  });
};

/** The failed disk's row goes, a new one with ids of its own comes into the same slot. */
const replace = ({ estate, random, now }: Scene, old: DiskRow): void => {
  const place = estate.disks.indexOf(old);
  if (place < 0) return;
  const fresh: DiskRow = {
    ...structuredClone(old),
    id: cuid(random, now),
    local_id: uuid(random),
    serial: random.digits(14, 36).toUpperCase(),
    health_status: 'HEALTHY',
    usage_status: 'MOUNTED',
    healthy: true,
    mounted: true,
    offline: false,
  };
  estate.disks.splice(place, 1, fresh);
  byId(estate.disks);
  const nested = estate.hosts.find(({ id }) => id === old.host.id)?.disks?.find(({ id }) => id === old.id);
  if (nested !== undefined) nested.id = fresh.id;
};
