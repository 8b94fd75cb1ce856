import type { HostRow } from '../schema/host.ts';
import { minute } from '../estate/builder.ts';
import { nestedHost, newerStatus } from '../estate/hosts.ts';
import { writeKnown } from '../estate/rollup.ts';
import { driftHost } from './drift.ts';
import type { Scene } from './life.ts';
import { startRecovery } from './recovery.ts';
import { refreshCluster } from './refresh.ts';

const setStatus = (host: HostRow, status: string): void => {
  host.status = status;
  const newer = newerStatus(status);
  writeKnown(host, { merged_status: newer.merged, connect_status: newer.connect });
};

/** A host drops out for five minutes: its VMs go elsewhere or hang in the air, its data is rebuilt. */
export const loseHost = (scene: Scene): void => {
  const { estate, random, now, alerts } = scene;
  const connected = new Set(estate.clusters.filter((one) => one.connect_state === 'CONNECTED').map(({ id }) => id));
  const sound = estate.hosts.filter(
    (host) => host.state === 'IN_USE' && host.status === 'CONNECTED_HEALTHY' && connected.has(host.cluster.id),
  );
  if (sound.length === 0) return;
  const host = random.pick(sound);
  const others = sound.filter((one) => one !== host && one.cluster.id === host.cluster.id);
  // What is said of it from now on is what was last known.
  driftHost(host, now - scene.builder.options.start);
  setStatus(host, 'SESSION_EXPIRED');
  for (const vm of estate.vms) {
    if (vm.host?.id !== host.id || vm.status !== 'RUNNING') continue;
    if (vm.ha && others.length > 0) {
      const next = random.pick(others);
      vm.host = nestedHost(next);
      vm.node_ip = next.management_ip;
    } else {
      vm.status = 'UNKNOWN';
    }
  }
  const alert = alerts.raise(now, random, { rule: 'host_work_status_is_unknown', host });
  refreshCluster(estate, host.cluster.id);
  startRecovery(scene, host.cluster.id, Math.floor(host.total_data_capacity * 0.05));
  scene.after(4 * minute, () => setStatus(host, 'CONNECTING'));
  scene.after(5 * minute, (later) => {
    setStatus(host, 'CONNECTED_HEALTHY');
    for (const vm of estate.vms) if (vm.host?.id === host.id && vm.status === 'UNKNOWN') vm.status = 'RUNNING';
    alerts.end(alert, later.now);
    refreshCluster(later.estate, host.cluster.id);
  });
};
