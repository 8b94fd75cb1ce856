/** A global alert rule as the catalogue has it. `name` is the metric that it watches. */
export interface RuleTemplate {
  readonly name: string;
  readonly object: string;
  readonly unit: string;
  /** Null for a boolean or event rule, which has no number. */
  readonly levels: readonly (readonly [severity: string, value: number])[] | null;
  readonly operator: 'GE' | 'LE' | 'EQ' | 'GT' | 'LT' | 'NE';
  readonly severity: string;
  readonly english: string;
  readonly chinese: string;
}

const event = (name: string, object: string, severity: string, english: string, chinese: string): RuleTemplate => ({
  name,
  object,
  unit: 'UNIT_UNSPECIFIED',
  levels: null,
  operator: 'EQ',
  severity,
  english,
  chinese,
});

const level = (
  name: string,
  object: string,
  unit: string,
  levels: NonNullable<RuleTemplate['levels']>,
  english: string,
  chinese: string,
  operator: RuleTemplate['operator'] = 'GE',
): RuleTemplate => ({ name, object, unit, levels, operator, severity: levels[0]?.[0] ?? 'NOTICE', english, chinese });

const usual = [
  ['NOTICE', 80],
  ['CRITICAL', 90],
] as const;

/** The simulated rules. Texts are the simulator's own; `{ .threshold }` stands for the rule's number. */
export const ruleTemplates: readonly RuleTemplate[] = [
  level('zbs_cluster_data_space_use_rate', 'CLUSTER', 'PERCENT', usual, 'storage usage is high', '存储空间使用率过高'),
  level(
    'zbs_chunk_data_space_use_rate',
    'STORAGE_CHUNK',
    'PERCENT',
    usual,
    'node storage usage is high',
    '节点存储使用率过高',
  ),
  event(
    'zbs_chunk_connect_status',
    'STORAGE_CHUNK',
    'CRITICAL',
    'the data service is not connected',
    '数据服务连接异常',
  ),
  event('zbs_chunk_maintenance_mode', 'STORAGE_CHUNK', 'INFO', 'the host is in maintenance mode', '主机处于维护模式'),
  level('zbs_chunk_dirty_cache_ratio', 'STORAGE_CHUNK', 'PERCENT', usual, 'dirty cache is high', '脏缓存比例过高'),
  event('zbs_cluster_chunks_unsafe_failure_space', 'CLUSTER', 'CRITICAL', 'failure space is unsafe', '失效空间不安全'),
  level(
    'zbs_cluster_pending_migrate_bytes',
    'CLUSTER',
    'BYTE',
    [['INFO', 1e12]],
    'much data is to be migrated',
    '待迁移数据过多',
  ),
  level(
    'zbs_cluster_license_expire_day',
    'CLUSTER',
    'UNIT_UNSPECIFIED',
    [
      ['NOTICE', 30],
      ['CRITICAL', 7],
    ],
    'the licence ends soon',
    '许可即将过期',
    'LE',
  ),
  level(
    'host_disk_remaining_life_percent',
    'DISK',
    'PERCENT',
    [['NOTICE', 10]],
    'the disk wears out',
    '磁盘剩余寿命不足',
    'LE',
  ),
  event('host_disk_smart_test_failed', 'DISK', 'CRITICAL', 'the S.M.A.R.T. test failed', 'S.M.A.R.T. 检测未通过'),
  event('host_unhealthy_disk_offline', 'DISK', 'CRITICAL', 'an unhealthy disk went offline', '不健康磁盘已离线'),
  event('host_sub_healthy_disk_in_isolate', 'DISK', 'NOTICE', 'a failing disk is isolated', '亚健康磁盘已隔离'),
  level('host_cpu_overall_usage_percent', 'PHYSICAL_HOST', 'PERCENT', usual, 'CPU usage is high', 'CPU 使用率过高'),
  level('host_memory_usage_percent', 'PHYSICAL_HOST', 'PERCENT', usual, 'memory usage is high', '内存使用率过高', 'GT'),
  level(
    'host_cpu_temperature_celsius',
    'PHYSICAL_HOST',
    'CELSIUS',
    [
      ['NOTICE', 80],
      ['CRITICAL', 95],
    ],
    'the CPU is hot',
    'CPU 温度过高',
  ),
  event('host_cpu_fan_is_ok', 'PHYSICAL_HOST', 'NOTICE', 'a fan fails', '风扇异常'),
  event('host_power_is_on', 'PHYSICAL_HOST', 'CRITICAL', 'a power supply is off', '电源异常'),
  event('host_service_is_running', 'SYSTEM_SERVICE', 'CRITICAL', 'a service is not running', '服务未运行'),
  event('host_bond_slave_is_normal', 'NETWORK', 'NOTICE', 'a bond lacks a link', '网口绑定异常'),
  event('host_management_network_can_ping', 'NETWORK', 'CRITICAL', 'the management network is broken', '管理网络异常'),
  event('host_storage_network_can_ping', 'NETWORK', 'CRITICAL', 'the storage network is broken', '存储网络异常'),
  event('host_access_network_can_ping', 'NETWORK', 'NOTICE', 'the access network is broken', '接入网络异常'),
  level(
    'host_time_offset_with_ntp_leader_seconds',
    'NTP_SERVER',
    'SECOND',
    [['NOTICE', 60]],
    'the clock is off',
    '时钟偏移过大',
  ),
  event('host_work_status_is_unknown', 'PHYSICAL_HOST', 'CRITICAL', 'the host does not answer', '主机状态未知'),
  event('cluster_master_redundancy', 'CLUSTER', 'NOTICE', 'too few masters', '主节点冗余不足'),
  event('ipmi_account_is_valid', 'PHYSICAL_HOST', 'INFO', 'the IPMI account is refused', 'IPMI 账号无效'),
  event('brick_power_is_on', 'BRICK', 'NOTICE', 'a chassis lacks power', '机箱电源异常'),
  event('event_disk_remove', 'DISK', 'INFO', 'a disk was removed', '磁盘被移除'),
  event('elf_cluster_cpu_model_incompatible', 'HYPERVISOR', 'NOTICE', 'CPU models do not fit', 'CPU 型号不兼容'),
  event('elf_vm_placement_status', 'VM', 'NOTICE', 'a placement rule is not met', '未满足放置组策略'),
  event('elf_host_ha_status', 'VM', 'CRITICAL', 'high availability is not given', '高可用异常'),
  level(
    'zbs_zone_ping_time_ns',
    'ZBS_ZONE',
    'NANOSECOND',
    [['NOTICE', 5e6]],
    'the zones are far apart',
    '可用域间延迟过高',
  ),
  level(
    'witness_ping_time_us',
    'WITNESS_NETWORK',
    'MICROSECOND',
    [['NOTICE', 2e5]],
    'the witness is far away',
    '仲裁节点延迟过高',
  ),
  event('witness_is_alive', 'WITNESS', 'CRITICAL', 'the witness does not answer', '仲裁节点异常'),
  event('scvm_is_alive', 'SCVM', 'CRITICAL', 'a storage controller VM is down', 'SCVM 异常'),
  event('snapshot_plan_failed', 'SNAPSHOT_PLAN', 'NOTICE', 'a snapshot plan failed', '快照计划执行失败'),
  event('time_machine_plan_failed', 'TIME_MACHINE_PLAN', 'NOTICE', 'a time machine plan failed', '时光机计划执行失败'),
  level('zbs_pool_bandwidth', 'STORAGE_POOL', 'BYTE_PER_SECOND', [['INFO', 1e9]], 'bandwidth is high', '带宽过高'),
  level('host_cpu_frequency', 'PHYSICAL_HOST', 'HERTZ', [['INFO', 1e9]], 'the CPU is throttled', 'CPU 降频', 'LT'),
  level('host_network_errors', 'NETWORK', 'BIT', [['INFO', 1]], 'bits are lost', '网络错误', 'NE'),
  level(
    'service_cpu_usage_overload',
    'OBSERVABILITY_SERVICE',
    'PERCENT',
    usual,
    'service CPU usage is high',
    '服务 CPU 使用率过高',
  ),
  level(
    'service_disk_usage_overload',
    'OBSERVABILITY_CONNECTED_SYSTEM_SERVICE',
    'PERCENT',
    usual,
    'service disk usage is high',
    '服务磁盘使用率过高',
  ),
  level(
    'service_memory_usage_overload',
    'OBSERVABILITY_SERVICE',
    'PERCENT',
    usual,
    'service memory usage is high',
    '服务内存使用率过高',
  ),
  event('sks_pod_not_ready', 'POD', 'NOTICE', 'a pod is not ready', 'Pod 未就绪'),
  event(
    'sks_service_unavailable',
    'SKS_SERVICE',
    'CRITICAL',
    'the Kubernetes service is unavailable',
    'SKS 服务不可用',
  ),
  event('sks_registry_unavailable', 'SKS_REGISTRY', 'NOTICE', 'the registry is unavailable', '容器镜像仓库不可用'),
  event('sks_cluster_not_ready', 'SKS_CLUSTER', 'CRITICAL', 'a workload cluster is not ready', '工作负载集群未就绪'),
  event('sks_node_not_ready', 'SKS_CLUSTER_NODE', 'NOTICE', 'a node is not ready', '节点未就绪'),
  event('sks_pv_failed', 'SKS_PV', 'NOTICE', 'a volume failed', '持久卷异常'),
  event('sks_pvc_pending', 'SKS_PVC', 'INFO', 'a claim is pending', '持久卷申领等待中'),
  level('disk_pool_latency', 'DISK_POOL', 'MILLISECOND', [['NOTICE', 50]], 'the disk pool is slow', '物理盘池延迟过高'),
  event(
    'ha_node_status_passive_unhealthy',
    'SYSTEM_SERVICE',
    'CRITICAL',
    'the passive node is unhealthy',
    '备节点异常',
  ),
  event('ha_failover_completed', 'SYSTEM_SERVICE', 'INFO', 'a failover took place', '已完成故障切换'),
];
