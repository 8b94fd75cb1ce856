import type { Estate } from '../estate/estate.ts';
import { rollUpCluster, rollUpDatacenter, rollUpHost, writeKnown } from '../estate/rollup.ts';

/** Works out again what follows from the VMs and hosts of a cluster: counts, sums and nested lists. */
export const refreshCluster = (estate: Estate, clusterId: string): void => {
  const cluster = estate.clusters.find(({ id }) => id === clusterId);
  if (cluster === undefined) return;
  const hosts = estate.hosts.filter((host) => host.cluster.id === clusterId);
  const vms = estate.vms.filter((vm) => vm.cluster?.id === clusterId);
  const byHost = Map.groupBy(vms, (vm) => vm.host?.id ?? '');
  for (const host of hosts) {
    const own = byHost.get(host.id) ?? [];
    writeKnown(host, { vms: own.map(({ id, name }) => ({ id, name })) });
    rollUpHost(host, own, writeKnown);
  }
  writeKnown(cluster, { vms: vms.map(({ id, name }) => ({ id, name })) });
  // Figures of a cluster that cannot be reached are the last known ones.
  if (cluster.connect_state === 'CONNECTED') rollUpCluster(cluster, hosts, vms, true, writeKnown);
  refreshDatacenters(estate, clusterId);
};

const refreshDatacenters = (estate: Estate, clusterId: string): void => {
  for (const datacenter of estate.datacenters) {
    const members = new Set(datacenter.clusters?.map(({ id }) => id));
    if (!members.has(clusterId)) continue;
    rollUpDatacenter(
      datacenter,
      estate.clusters.filter(({ id }) => members.has(id)),
    );
  }
};
