import type { FamilyDefinition } from './family.ts';

const units = ['bytes', 'seconds'] as const;

const declare =
  (collector: 'exporter' | 'bridge') =>
  (
    type: FamilyDefinition['type'],
    name: string,
    labels: readonly string[],
    help: string,
    source: string,
  ): FamilyDefinition => ({
    name,
    help: `${help}.`,
    type,
    unit: units.find((unit) => name.replace(/_total$/, '').endsWith(`_${unit}`)) ?? null,
    labels,
    stability: 'stable',
    collector,
    source,
  });

const exporter = declare('exporter');
const bridge = declare('bridge');

/** The exporter's own families: how it is, and what its towers answer. */
export const ownFamilies = {
  buildInfo: exporter(
    'gauge',
    'cloudtower_exporter_build_info',
    ['version', 'revision', 'node_version'],
    'Always 1; the version, the source revision and the Node.js version of this exporter',
    'the build',
  ),
  up: exporter(
    'gauge',
    'cloudtower_up',
    ['tower'],
    'Whether the latest request to the tower was answered with data: 1 if it was, 0 if not',
    'the client',
  ),
  collectorSuccess: exporter(
    'gauge',
    'cloudtower_collector_success',
    ['tower', 'collector'],
    "Whether the collector's latest run succeeded: 1 if it did, 0 if not",
    'the runner',
  ),
  collectorDuration: exporter(
    'gauge',
    'cloudtower_collector_duration_seconds',
    ['tower', 'collector'],
    "How long the collector's latest run took, in seconds",
    'the runner',
  ),
  collectorLastSuccess: exporter(
    'gauge',
    'cloudtower_collector_last_success_timestamp_seconds',
    ['tower', 'collector'],
    'When the collector last succeeded, in seconds since the epoch; absent until it first does',
    'the runner',
  ),
  collectorObjects: exporter(
    'gauge',
    'cloudtower_collector_objects',
    ['tower', 'collector'],
    "How many objects the collector's latest successful run read",
    'the runner',
  ),
  apiRequests: exporter(
    'counter',
    'cloudtower_api_requests_total',
    ['tower', 'operation', 'code'],
    'Requests tried, retries included, by HTTP status or by the reason that there was no usable answer',
    'the client',
  ),
  apiRequestDuration: exporter(
    'histogram',
    'cloudtower_api_request_duration_seconds',
    ['tower', 'operation'],
    'How long requests took, from sending to the end of the answer, in seconds',
    'the client',
  ),
  apiResponseBytes: exporter(
    'counter',
    'cloudtower_api_response_bytes_total',
    ['tower', 'operation'],
    'Bytes of answers as they came over the wire: what the exporter costs the tower',
    'the client',
  ),
  apiLogins: exporter(
    'counter',
    'cloudtower_api_logins_total',
    ['tower', 'result'],
    'Logins tried, by result: success, rejected (the credentials), error (no usable answer)',
    'the client',
  ),
  reloadSuccessful: exporter(
    'gauge',
    'cloudtower_exporter_config_last_reload_successful',
    [],
    'Whether the configuration was last read without an error: 1 if it was, 0 if the one before is still in use',
    'the configuration',
  ),
  reloadSuccessTime: exporter(
    'gauge',
    'cloudtower_exporter_config_last_reload_success_timestamp_seconds',
    [],
    'When the configuration in use was read, in seconds since the epoch',
    'the configuration',
  ),
  duplicateSeries: exporter(
    'counter',
    'cloudtower_exporter_duplicate_series_dropped_total',
    [],
    'Samples left out because their series was there already; the log names them',
    'the snapshot',
  ),
  unknownEnumValues: exporter(
    'counter',
    'cloudtower_exporter_unknown_enum_values_total',
    ['tower', 'field'],
    'Values read that this version does not know, shown as unknown; the log names each once',
    'the collectors',
  ),
} as const;

/** The bridge's families. */
export const bridgeFamilies = {
  alerts: bridge(
    'gauge',
    'cloudtower_bridge_alerts',
    ['tower', 'state'],
    'Alerts the bridge holds: firing, or resolving (ended, and some receiver has yet to accept that)',
    'the bridge',
  ),
  notifications: bridge(
    'counter',
    'cloudtower_bridge_notifications_total',
    ['receiver'],
    'Deliveries tried, retries included',
    'the receivers',
  ),
  notificationsFailed: bridge(
    'counter',
    'cloudtower_bridge_notifications_failed_total',
    ['receiver', 'reason'],
    'Deliveries that failed, by reason',
    'the receivers',
  ),
  queueLength: bridge(
    'gauge',
    'cloudtower_bridge_queue_length',
    ['receiver'],
    'Transitions and notifications that the receiver has yet to accept',
    'the outbox',
  ),
  lastSuccess: bridge(
    'gauge',
    'cloudtower_bridge_last_success_timestamp_seconds',
    ['receiver'],
    'When the receiver last accepted a delivery, in seconds since the epoch; absent until it first does',
    'the receivers',
  ),
  deliveryDelay: bridge(
    'histogram',
    'cloudtower_bridge_delivery_delay_seconds',
    ['receiver'],
    'Time from first seeing a change of an alert to its acceptance by the receiver, in seconds',
    'the receivers',
  ),
  mergedAlerts: bridge(
    'gauge',
    'cloudtower_bridge_merged_alerts',
    ['tower'],
    'Unresolved alerts of the tower that share their whole label set with an earlier one, and so are one alert to receivers',
    'the bridge',
  ),
  held: bridge(
    'gauge',
    'cloudtower_bridge_held',
    ['tower'],
    'Whether the bridge resolves nothing of the tower because too many alerts vanished at once: 1 if so, 0 if not',
    'the bridge',
  ),
  deadLetters: bridge(
    'gauge',
    'cloudtower_bridge_dead_letters',
    ['receiver'],
    'Deliveries that the receiver refused for good and that wait for an operator',
    'the state',
  ),
  oldestUnacknowledged: bridge(
    'gauge',
    'cloudtower_bridge_oldest_unacknowledged_seconds',
    ['receiver'],
    'Age of the oldest change that the receiver has yet to accept, in seconds; 0 when there is none',
    'the outbox',
  ),
  configurationError: bridge(
    'gauge',
    'cloudtower_bridge_receiver_configuration_error',
    ['receiver'],
    'Whether the receiver holds everything until an operator mends its address, certificate or credentials: 1 if so, 0 if not',
    'the receivers',
  ),
  timeParseFallbacks: bridge(
    'counter',
    'cloudtower_bridge_time_parse_fallbacks_total',
    ['tower', 'field'],
    'Start and end times of alerts that could not be used; the time first seen stands in',
    'the bridge',
  ),
  forgotten: bridge(
    'counter',
    'cloudtower_bridge_forgotten_total',
    ['tower', 'reason'],
    'Alerts that left the state without evidence that they ended, by reason (scope narrowed, tower removed)',
    'the bridge',
  ),
  stateErrors: bridge(
    'counter',
    'cloudtower_bridge_state_errors_total',
    ['code'],
    'Reads and writes of the durable state that failed, by code',
    'the state',
  ),
} as const;

/** Every family that does not come from a tower, in the order of the documentation. `process_*` and `nodejs_*` come beside them. */
export const exporterFamilies: readonly FamilyDefinition[] = [
  ...Object.values(ownFamilies),
  ...Object.values(bridgeFamilies),
];
