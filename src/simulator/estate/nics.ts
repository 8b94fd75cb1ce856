import type { NicRow } from '../schema/host.ts';
import { type Builder, day } from './builder.ts';
import { type BuiltHost, nestedHost } from './hosts.ts';

const perHost = 4;

/** Four ports a host, attached to it. */
export const buildNics = (builder: Builder, hosts: readonly BuiltHost[]): NicRow[] =>
  hosts.flatMap(({ row: host, ordinal: hostOrdinal }) =>
    Array.from({ length: perHost }, (_, index): NicRow => {
      const random = builder.random.fork(`nic ${hostOrdinal} ${index}`);
      const ordinal = hostOrdinal * perHost + index;
      const up = ordinal % 31 !== 30;
      const nic: NicRow = {
        id: builder.id(random, 60 * day),
        local_id: builder.uuid(random),
        name: `ens${index + 1}f0`,
        host: nestedHost(host),
        mac_address: `52:54:00:${random.digits(2, 16)}:${random.digits(2, 16)}:${random.digits(2, 16)}`,
        mtu: index === 1 ? 9000 : 1500,
        physical: true,
        running: up,
        up,
        speed: up ? (index === 1 ? 25_000_000_000 : 10_000_000_000) : null,
        type: builder.mostly('NetworkType', ordinal, 5),
        driver: 'ice',
        driver_state: builder.mostly('NicDriverState', ordinal, 13),
        user_usage: builder.mostly('NicUserUsage', ordinal, 11),
        iommu_status: builder.mostly('IommuStatus', ordinal, 7),
        model: 'E810-XXV',
        nic_uuid: builder.uuid(random),
        gateway_ip: null,
        ibdev: null,
        ip_address: index === 0 ? host.management_ip : null,
        subnet_mask: index === 0 ? '255.255.255.0' : null,
        is_sriov: index === 2,
        max_vf_num: index === 2 ? 64 : null,
        total_vf_num: index === 2 ? 8 : null,
        used_vf_num: index === 2 ? 0 : null,
        rdma_enabled: index === 1,
        labels: [],
        vds: null,
        vms: [],
        entityAsyncStatus: builder.rarely('EntityAsyncStatus', ordinal, 101),
      };
      host.nics?.push({ id: nic.id, name: nic.name });
      host.nic_count += 1;
      return nic;
    }),
  );
