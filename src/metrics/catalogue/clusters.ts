import { clusterLabels, gaugesOf } from './declare.ts';

const gauge = gaugesOf('clusters', 'get-clusters');
const withHosts = 'get-clusters, get-hosts';

/** Families of the `clusters` collector. */
export const clusterFamilies = {
  info: gauge(
    'cloudtower_cluster_info',
    [...clusterLabels, 'type', 'hypervisor', 'version', 'architecture', 'software_edition', 'license_type'],
    'Always 1; what kind of cluster it is, as the API spells it',
    'type, hypervisor, version, architecture, software_edition, license_type',
  ),
  connectState: gauge(
    'cloudtower_cluster_connect_state',
    [...clusterLabels, 'state'],
    'State set: 1 for the state of the connection between CloudTower and the cluster, 0 for the others',
    'connect_state',
  ),
  abnormal: gauge(
    'cloudtower_cluster_abnormal',
    clusterLabels,
    '1 when the cluster is disconnected, connected with errors or being removed, else 0',
    'connect_state',
  ),
  mode: gauge(
    'cloudtower_cluster_mode',
    [...clusterLabels, 'mode'],
    '1 when the mode is on, which takes version 5 or later, else 0; boost without a flag is taken from the hypervisor',
    'vhost_enabled, rdma_enabled, pmem_enabled, hypervisor, version',
  ),
  cpuCores: gauge('cloudtower_cluster_cpu_cores', clusterLabels, 'Logical CPU cores of the cluster', 'total_cpu_cores'),
  cpuCapacity: gauge(
    'cloudtower_cluster_cpu_capacity_hertz',
    clusterLabels,
    'CPU capacity of the cluster in hertz',
    'total_cpu_hz',
  ),
  cpuUsed: gauge('cloudtower_cluster_cpu_used_hertz', clusterLabels, 'CPU in use in hertz', 'used_cpu_hz'),
  cpuUsage: gauge(
    'cloudtower_cluster_cpu_usage_ratio',
    clusterLabels,
    'CPU in use as a share of the capacity, 0 to 1; absent without a capacity',
    'used_cpu_hz / total_cpu_hz',
  ),
  memoryCapacity: gauge(
    'cloudtower_cluster_memory_capacity_bytes',
    clusterLabels,
    "Memory of the cluster in bytes: of an ELF cluster the sum of its hosts', else the cluster's own figure",
    'total_memory_bytes',
    withHosts,
  ),
  memoryUsed: gauge(
    'cloudtower_cluster_memory_used_bytes',
    clusterLabels,
    "Memory in use in bytes: of an ELF cluster what its hosts' systems and VMs are given, else the cluster's own figure",
    'hosts: running_pause_vm_memory_bytes + os_memory_bytes; clusters: used_memory_bytes',
    withHosts,
  ),
  memoryUsage: gauge(
    'cloudtower_cluster_memory_usage_ratio',
    clusterLabels,
    'Memory in use as a share of the capacity, 0 to 1; absent without a capacity',
    'as cloudtower_cluster_memory_used_bytes / cloudtower_cluster_memory_capacity_bytes',
    withHosts,
  ),
  storageCapacity: gauge(
    'cloudtower_cluster_storage_capacity_bytes',
    clusterLabels,
    'Raw storage capacity of the cluster in bytes',
    'total_data_capacity',
  ),
  storageUsed: gauge(
    'cloudtower_cluster_storage_used_bytes',
    clusterLabels,
    'Storage in use in bytes',
    'used_data_space',
  ),
  storageInvalid: gauge(
    'cloudtower_cluster_storage_invalid_bytes',
    clusterLabels,
    'Storage on failed parts in bytes',
    'failure_data_space',
  ),
  storageAvailable: gauge(
    'cloudtower_cluster_storage_available_bytes',
    clusterLabels,
    'Storage neither in use nor failed in bytes; negative when more is promised than there is',
    'total_data_capacity - used_data_space - failure_data_space',
  ),
  storageUsage: gauge(
    'cloudtower_cluster_storage_usage_ratio',
    clusterLabels,
    'Storage in use as a share of the capacity, 0 to 1; absent without a capacity',
    'used_data_space / total_data_capacity',
  ),
  recoveryRemaining: gauge(
    'cloudtower_cluster_data_recovery_remaining_bytes',
    clusterLabels,
    'Data that is still to be recovered in bytes',
    'recover_data_size',
  ),
  recoverySpeed: gauge(
    'cloudtower_cluster_data_recovery_bytes_per_second',
    clusterLabels,
    'Speed of data recovery in bytes per second',
    'recover_speed',
  ),
  migrationRemaining: gauge(
    'cloudtower_cluster_data_migration_remaining_bytes',
    clusterLabels,
    'Data that is still to be migrated in bytes',
    'migration_data_size',
  ),
  migrationSpeed: gauge(
    'cloudtower_cluster_data_migration_bytes_per_second',
    clusterLabels,
    'Speed of data migration in bytes per second',
    'migration_speed',
  ),
  vms: gauge(
    'cloudtower_cluster_vms',
    [...clusterLabels, 'status'],
    'VMs of the cluster by status',
    'running_vm_num, stopped_vm_num, suspended_vm_num',
  ),
  provisionedCpuCores: gauge(
    'cloudtower_cluster_provisioned_cpu_cores',
    clusterLabels,
    'Virtual CPU cores given to VMs',
    'provisioned_cpu_cores',
  ),
  provisionedMemory: gauge(
    'cloudtower_cluster_provisioned_memory_bytes',
    clusterLabels,
    'Memory given to VMs in bytes',
    'provisioned_memory_bytes',
  ),
  licenseExpiry: gauge(
    'cloudtower_cluster_license_expiry_timestamp_seconds',
    clusterLabels,
    "When the cluster's licence ends, in seconds since the epoch; absent when it is perpetual",
    'license_expire_date, license_type',
  ),
} as const;
