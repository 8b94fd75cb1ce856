/**
 * What the exporter reads of each CloudTower resource: only the fields that are used. Absent and null are the same (null);
 * enum values are kept as the API spells them, known or not. Sizes are bytes, frequencies hertz, as in the API.
 */

/** Every row has an id (a CUID); a row without one cannot be read. */
export interface Row {
  readonly id: string;
}

/** A relation to another object, as nested rows carry it. */
export interface Ref {
  readonly id: string;
  readonly name: string;
}

export interface Cluster extends Row {
  readonly name: string;
  readonly local_id: string | null;
  readonly ip: string | null;
  readonly type: string | null;
  readonly hypervisor: string | null;
  readonly version: string | null;
  readonly architecture: string | null;
  readonly software_edition: string | null;
  readonly license_type: string | null;
  readonly license_expire_date: string | null;
  readonly connect_state: string | null;
  readonly vhost_enabled: boolean | null;
  readonly rdma_enabled: boolean | null;
  readonly pmem_enabled: boolean | null;
  readonly total_cpu_cores: number | null;
  readonly total_cpu_hz: number | null;
  readonly used_cpu_hz: number | null;
  readonly total_memory_bytes: number | null;
  readonly used_memory_bytes: number | null;
  readonly total_data_capacity: number | null;
  readonly used_data_space: number | null;
  readonly failure_data_space: number | null;
  readonly recover_data_size: number | null;
  readonly recover_speed: number | null;
  readonly migration_data_size: number | null;
  readonly migration_speed: number | null;
  readonly running_vm_num: number | null;
  readonly stopped_vm_num: number | null;
  readonly suspended_vm_num: number | null;
  readonly provisioned_cpu_cores: number | null;
  readonly provisioned_memory_bytes: number | null;
  /** Datacenters the cluster belongs to. */
  readonly datacenters: readonly Ref[];
}

export interface Host extends Row {
  readonly name: string;
  readonly cluster: Ref | null;
  readonly management_ip: string | null;
  readonly model: string | null;
  readonly serial: string | null;
  readonly cpu_model: string | null;
  readonly os_version: string | null;
  readonly state: string | null;
  readonly status: string | null;
  readonly total_cpu_cores: number | null;
  readonly total_cpu_hz: number | null;
  readonly used_cpu_hz: number | null;
  readonly total_memory_bytes: number | null;
  readonly used_memory_bytes: number | null;
  readonly running_pause_vm_memory_bytes: number | null;
  readonly os_memory_bytes: number | null;
  readonly total_data_capacity: number | null;
  readonly used_data_space: number | null;
  readonly failure_data_space: number | null;
  readonly running_vm_num: number | null;
  readonly stopped_vm_num: number | null;
  readonly suspended_vm_num: number | null;
  /** One entry a sensor; an unreadable entry is null and keeps its index. */
  readonly cpu_temperature_celsius: readonly (number | null)[];
}

export interface Disk extends Row {
  readonly name: string;
  readonly host: Ref | null;
  readonly type: string | null;
  readonly model: string | null;
  readonly serial: string | null;
  readonly firmware: string | null;
  readonly usage: string | null;
  readonly function: string | null;
  readonly health_status: string | null;
  readonly usage_status: string | null;
  readonly size: number | null;
  /** Percent left, 0–100. */
  readonly remaining_life_percent: number | null;
}

export interface Alert extends Row {
  readonly local_id: string | null;
  readonly message: string;
  readonly cause: string;
  readonly impact: string;
  readonly solution: string;
  readonly severity: string | null;
  readonly ended: boolean | null;
  /** Text of undocumented form (ISO, epoch, empty …), as it came. */
  readonly local_start_time: string | null;
  readonly local_end_time: string | null;
  readonly local_create_time: string | null;
  readonly local_update_time: string | null;
  readonly create_time: string | null;
  readonly threshold: number | null;
  readonly value: number | null;
  readonly cluster: Ref | null;
  readonly host: Ref | null;
  readonly disk: Ref | null;
  readonly vms: readonly Ref[];
  readonly alert_rule_id: string | null;
}

export interface AlertRule extends Row {
  readonly global_alert_rule: Ref | null;
}

export interface GlobalAlertRule extends Row {
  readonly name: string | null;
  readonly boolean: boolean | null;
  readonly unit: string | null;
}

export interface Vm extends Row {
  readonly name: string;
  readonly cluster: Ref | null;
  readonly host: Ref | null;
  readonly status: string | null;
  readonly guest_os_type: string | null;
  readonly ha: boolean | null;
  readonly vm_tools_status: string | null;
  readonly in_recycle_bin: boolean | null;
  readonly deleted_at: string | null;
  /** Bytes freed when the VM goes. */
  readonly size: number | null;
  readonly vcpu: number | null;
  readonly memory: number | null;
  /** Percent, 0–100. */
  readonly cpu_usage: number | null;
  readonly memory_usage: number | null;
  readonly provisioned_size: number | null;
  readonly used_size: number | null;
  readonly unique_size: number | null;
  readonly guest_used_size: number | null;
}

/** Recycle bin policy; `retain` in days. */
export interface RecycleBinPolicy {
  readonly enabled: boolean | null;
  readonly retain: number | null;
}

export interface ClusterSettings extends Row {
  readonly cluster: Ref | null;
  readonly vm_recycle_bin: RecycleBinPolicy | null;
}

export interface GlobalSettings extends Row {
  readonly vm_recycle_bin: RecycleBinPolicy | null;
}

export interface Deploy extends Row {
  readonly version: string | null;
}

export interface License extends Row {
  readonly type: string | null;
  readonly software_edition: string | null;
  readonly expire_date: string | null;
}

export interface Datacenter extends Row {
  readonly name: string;
  readonly clusters: readonly Ref[];
}
