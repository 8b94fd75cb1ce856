import { type Builder, day, GiB } from './builder.ts';
import type { BuiltCluster } from './clusters.ts';
import type { Estate } from './estate.ts';
import { type BuiltHost, nestedHost } from './hosts.ts';

/** Two zones and a witness for every stretched cluster. Needs the clusters' sums. */
export const buildZones = (
  builder: Builder,
  clusters: readonly BuiltCluster[],
  hosts: readonly BuiltHost[],
  estate: Estate,
): void => {
  for (const cluster of clusters.filter(({ profile }) => profile.stretched)) {
    const random = builder.random.fork(`zones ${cluster.ordinal}`);
    const { row } = cluster;
    const own = hosts.filter((host) => host.cluster === cluster);
    const nested = { id: row.id, name: row.name };
    const datacenter = estate.datacenters[0];
    const halves = [own.slice(0, Math.ceil(own.length / 2)), own.slice(Math.ceil(own.length / 2))];
    row.zones = halves.map((half, index) => {
      const id = builder.id(random, 300 * day);
      const total = half.reduce((sum, host) => sum + host.row.total_data_capacity, 0);
      const used = half.reduce((sum, host) => sum + host.row.used_data_space, 0);
      for (const host of half) host.row.zone = { id };
      estate.zones.push({
        id,
        local_id: index === 0 ? 'primary' : 'secondary',
        is_preferred: index === 0,
        cluster: nested,
        datacenter: { id: datacenter?.id ?? '', name: datacenter?.name ?? '' },
        hosts: half.map((host) => nestedHost(host.row)),
        host_num: half.length,
        vm_num: half.reduce((sum, host) => sum + (host.row.vm_num ?? 0), 0),
        running_vm_num: half.reduce((sum, host) => sum + (host.row.running_vm_num ?? 0), 0),
        stopped_vm_num: null,
        suspended_vm_num: null,
        total_data_capacity: total,
        used_data_space: used,
        failure_data_space: 0,
        valid_data_space: total,
        total_cpu_cores: half.reduce((sum, host) => sum + host.row.total_cpu_cores, 0),
        total_memory_bytes: half.reduce((sum, host) => sum + host.row.total_memory_bytes, 0),
      });
      return { id };
    });
    const witness = {
      id: builder.id(random, 300 * day),
      local_id: builder.uuid(random),
      name: 'witness-01',
      cluster: nested,
      management_ip: '10.9.9.9',
      data_ip: '172.9.9.9',
      cpu_hz_per_core: 2_100_000_000,
      total_cpu_cores: 4,
      total_cpu_hz: 8_400_000_000,
      total_memory_bytes: 8 * GiB,
      system_data_capacity: 100 * GiB,
      system_used_data_space: 21 * GiB,
    };
    row.witness = { id: witness.id, name: witness.name };
    estate.witnesses.push(witness);
  }
};
