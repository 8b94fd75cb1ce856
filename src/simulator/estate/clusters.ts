import type { ClusterRow } from '../schema/cluster.ts';
import { day, epochDate, iso, TiB, type Builder } from './builder.ts';
import { type Profile, profileOf } from './profiles.ts';

/** A cluster with what later steps need to know of it. */
export interface BuiltCluster {
  readonly row: ClusterRow;
  readonly profile: Profile;
  readonly ordinal: number;
}

/** The clusters, their sums still empty: rollUp fills them from the hosts and VMs. */
export const buildClusters = (builder: Builder): BuiltCluster[] =>
  Array.from({ length: builder.options.clusters }, (_, ordinal) => {
    const profile = profileOf(ordinal, builder);
    return { row: clusterRow(builder, profile, ordinal), profile, ordinal };
  });

const clusterRow = (builder: Builder, profile: Profile, ordinal: number): ClusterRow => {
  const random = builder.random.fork(`cluster ${ordinal}`);
  const { start } = builder.options;
  const age = random.int(90, 900) * day;
  const localId = builder.uuid(random);
  const perpetual = ordinal % 3 === 1;
  const cpuModel = profile.architecture === 'X86_64' ? 'Skylake-Server-IBRS' : 'host-passthrough';
  const disconnected = profile.connectState === 'DISCONNECTED' || profile.connectState === 'CONNECTED_ERROR';
  const vip = `10.${20 + Math.floor(ordinal / 200)}.${ordinal % 200}.250`;
  return {
    id: builder.id(random, age),
    local_id: localId,
    name: profile.name,
    ip: vip,
    type: profile.type,
    hypervisor: profile.hypervisor,
    version: profile.version,
    architecture: profile.architecture,
    connect_state: profile.connectState,
    disconnected_date: disconnected ? iso(start - random.int(1, 50) * 3_600_000) : null,
    disconnected_reason: disconnected
      ? (builder.values('ClusterConnectorErrorCode')[profile.name === 'half-way' ? 4 : Math.floor(ordinal / 12) % 4] ??
        null)
      : null,
    entityAsyncStatus:
      profile.connectState === 'REMOVING' ? 'DELETING' : builder.rarely('EntityAsyncStatus', ordinal, 11),
    dns: ['10.0.0.53', '10.0.1.53'],
    ntp_servers: ordinal % 4 === 3 ? [] : ['ntp1.example.com', 'ntp2.example.com'],
    ntp_mode: builder.mostly('NtpMode', ordinal, 4),
    management_vip: vip,
    mgt_gateway: vip.replace(/250$/, '1'),
    mgt_netmask: '255.255.255.0',
    iscsi_vip: profile.type === 'SMTX_ZBS' ? vip.replace(/250$/, '251') : null,
    recommended_cpu_models: profile.hypervisor === 'ELF' ? [cpuModel] : [],
    total_cpu_models: profile.hypervisor === 'ELF' ? [cpuModel, 'Broadwell', 'Haswell-noTSX'] : [],
    current_cpu_model: profile.hypervisor === 'ELF' ? cpuModel : null,
    auto_converge: profile.hypervisor === 'ELF' ? true : null,
    application_highest_version: null,
    upgrade_tool_version: '1.3.2-rc.6',
    software_edition: builder.mostly('SoftwareEdition', ordinal, 2),
    license_type: perpetual ? 'PERPETUAL' : builder.value('LicenseType', ordinal % 3 === 2 ? 'TRIAL' : 'SUBSCRIPTION'),
    license_serial: localId,
    license_sign_date: iso(start - age),
    // A perpetual licence says nothing useful: null, or the epoch.
    license_expire_date: perpetual ? (ordinal % 2 === 0 ? null : epochDate) : iso(start + random.int(-10, 400) * day),
    maintenance_start_date: epochDate,
    maintenance_end_date: ordinal % 5 === 4 ? iso(start + 200 * day) : epochDate,
    max_chunk_num: 255,
    max_physical_data_capacity: 0,
    max_physical_data_capacity_per_node: 128 * TiB,
    stretch: profile.stretched,
    has_metrox: profile.stretched,
    is_all_flash: ordinal % 6 === 5,
    vhost_enabled: profile.boost,
    rdma_enabled: profile.rdma,
    pmem_enabled: profile.pmem,
    nvmf_enabled: profile.type === 'SMTX_ZBS',
    nvme_over_rdma_enabled: profile.type === 'SMTX_ZBS' ? profile.rdma : null,
    nvme_over_tcp_enabled: profile.type === 'SMTX_ZBS' ? true : null,
    metro_availability_checklist: profile.stretched ? checklist(builder) : null,
    labels: ordinal % 3 === 0 ? [builder.label(random, 'site', profile.name)] : [],
    reserved_cpu_cores_for_system_service: 0,
    applications: [],
    consistency_groups: [],
    everoute_cluster: null,
    vcenterAccount: profile.hypervisor === 'VMWARE' ? { id: builder.id(random, age) } : null,
    vdses: [{ id: builder.id(random, age), name: 'vds-default' }],
    vm_folders: [],
    vm_templates: Array.from({ length: 3 }, (_, index) => ({
      id: builder.id(random, age - index * day),
      name: `template-rocky-9-${index}`,
    })),
    ecp_license: null,
    enable_tiering: builder.has('4.7.0') ? ordinal % 2 === 0 : null,
    no_performance_layer: false,
    access_write_compress_enabled: false,
    replica_capacity_only: false,
    upgrade_for_tiering: false,
  };
};

const checklist = (builder: Builder): NonNullable<ClusterRow['metro_availability_checklist']> => {
  const severities = ['HEALTHY', 'INFO', 'NOTICE', 'CRITICAL'];
  const result = (status: string, index: number) => ({
    status,
    critical: status === 'CRITICAL' ? 1 : 0,
    notice: status === 'NOTICE' ? 1 : 0,
    info: status === 'INFO' ? 1 : 0,
    items: [{ key: `metro.check.${index}`, status, critical: [], notice: [], info: [], labels: {} }],
  });
  const status = (index: number): string => severities[(index + builder.options.seed) % 4] ?? 'HEALTHY';
  return {
    primaryZone: result('HEALTHY', 0),
    secondaryZone: result('HEALTHY', 1),
    witness: result(status(1), 2),
    zoneAndZone: result(status(2), 3),
    primaryZoneAndWitness: result(status(3), 4),
    secondaryZoneAndWitness: result(status(0), 5),
  };
};
