import { clusterLabels, gaugesOf, hostLabels } from './declare.ts';

const gauge = gaugesOf('hosts', 'get-hosts');

/** Families of the `hosts` collector. */
export const hostFamilies = {
  info: gauge(
    'cloudtower_host_info',
    [...hostLabels, 'management_ip', 'model', 'serial', 'cpu_model', 'os_version'],
    'Always 1; what kind of host it is',
    'management_ip, model, serial, cpu_model, os_version',
  ),
  condition: gauge(
    'cloudtower_host_condition',
    [...hostLabels, 'condition'],
    'State set: 1 for the condition of the host, 0 for the others',
    'state, status',
  ),
  perCondition: gauge(
    'cloudtower_cluster_hosts',
    [...clusterLabels, 'condition'],
    'Hosts of the cluster by condition, zeros included',
    'state, status',
  ),
  cpuCores: gauge('cloudtower_host_cpu_cores', hostLabels, 'Logical CPU cores of the host', 'total_cpu_cores'),
  cpuCapacity: gauge(
    'cloudtower_host_cpu_capacity_hertz',
    hostLabels,
    'CPU capacity of the host in hertz',
    'total_cpu_hz',
  ),
  cpuUsed: gauge('cloudtower_host_cpu_used_hertz', hostLabels, 'CPU in use in hertz', 'used_cpu_hz'),
  cpuUsage: gauge(
    'cloudtower_host_cpu_usage_ratio',
    hostLabels,
    'CPU in use as a share of the capacity, 0 to 1; absent without a capacity',
    'used_cpu_hz / total_cpu_hz',
  ),
  memoryCapacity: gauge(
    'cloudtower_host_memory_capacity_bytes',
    hostLabels,
    'Memory of the host in bytes',
    'total_memory_bytes',
  ),
  memoryUsed: gauge(
    'cloudtower_host_memory_used_bytes',
    hostLabels,
    'Memory in use in bytes: in an ELF cluster what the system and the VMs are given, else what is measured',
    'ELF: running_pause_vm_memory_bytes + os_memory_bytes; else used_memory_bytes',
  ),
  memoryUsage: gauge(
    'cloudtower_host_memory_usage_ratio',
    hostLabels,
    'Memory in use as a share of the capacity, 0 to 1; absent without a capacity',
    'as cloudtower_host_memory_used_bytes / total_memory_bytes',
  ),
  storageCapacity: gauge(
    'cloudtower_host_storage_capacity_bytes',
    hostLabels,
    'Raw storage capacity of the host in bytes',
    'total_data_capacity',
  ),
  storageUsed: gauge('cloudtower_host_storage_used_bytes', hostLabels, 'Storage in use in bytes', 'used_data_space'),
  storageInvalid: gauge(
    'cloudtower_host_storage_invalid_bytes',
    hostLabels,
    'Storage on failed parts in bytes',
    'failure_data_space',
  ),
  vms: gauge(
    'cloudtower_host_vms',
    [...hostLabels, 'status'],
    'VMs on the host by status',
    'running_vm_num, stopped_vm_num, suspended_vm_num',
  ),
  cpuTemperature: gauge(
    'cloudtower_host_cpu_temperature_celsius',
    [...hostLabels, 'sensor'],
    'CPU temperature in degrees Celsius by sensor, counted from 0',
    'cpu_temperature_celsius',
  ),
} as const;
