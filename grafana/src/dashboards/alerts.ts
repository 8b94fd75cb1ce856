import type { Board } from '../shared/dashboard.ts';
import { barPanel, graphPanel, statPanel } from '../shared/panels.ts';
import { onePer, orZero, selector, series, total } from '../shared/promql.ts';
import { tablePanel } from '../shared/table.ts';
import { ages, texts, zeroIsCalm, zeroIsGood } from '../shared/thresholds.ts';

const none = { name: 'receiver', value: 'none' };
const alertsOf = (severity: string): string =>
  total('alert', 'cloudtower_alerts', { where: `severity=~"${severity}"`, keep: ['severity'] });

const starts = series('alert', 'cloudtower_alert_start_timestamp_seconds', {
  keep: ['alert_id', 'severity', 'rule', 'host_name', 'disk_name'],
  pick: 'min',
});

const open = [
  statPanel(
    {
      title: 'Critical',
      description: 'Unresolved critical alerts, those without a cluster included.',
      unit: 'short',
      steps: zeroIsGood,
      span: 4,
    },
    alertsOf('critical'),
  ),
  statPanel(
    {
      title: 'Notice',
      description: 'Unresolved alerts of severity notice (delivered as warning).',
      unit: 'short',
      steps: zeroIsCalm,
      span: 4,
    },
    alertsOf('notice'),
  ),
  statPanel(
    { title: 'Info', description: 'Unresolved alerts of severity info.', unit: 'short', span: 4 },
    alertsOf('info'),
  ),
  statPanel(
    {
      title: 'Oldest critical',
      description:
        'Age of the oldest critical alert among those shown; 0 when there is none. From 4 hours on Prometheus raises CloudTowerCriticalAlertUnresolved.',
      unit: 's',
      steps: ages(3600, 14_400),
      span: 4,
    },
    orZero(`time() - min(${selector('alert', 'cloudtower_alert_start_timestamp_seconds', 'severity="critical"')})`),
  ),
  statPanel(
    {
      title: 'Not listed',
      description: 'Unresolved alerts beyond max_series of the alerts collector: counted, but not in the table.',
      unit: 'short',
      steps: zeroIsCalm,
      span: 4,
    },
    total('tower', 'cloudtower_alerts_not_shown'),
  ),
  statPanel(
    {
      title: 'Alerts read',
      description:
        'Seconds since the alerts collector last succeeded, the oldest tower. It runs every 30 seconds by default.',
      unit: 's',
      steps: ages(120, 600),
      span: 4,
    },
    `max(time() - ${series('tower', 'cloudtower_collector_last_success_timestamp_seconds', { where: 'collector="alerts"' })})`,
  ),
  graphPanel(
    {
      title: 'Unresolved alerts',
      description: 'Alerts that have not ended, by severity.',
      unit: 'short',
      stacked: true,
    },
    [total('alert', 'cloudtower_alerts', { by: ['severity'] }), '{{severity}}'],
  ),
  barPanel(
    {
      title: 'By cluster',
      description:
        'The 20 clusters with the most unresolved alerts; alerts without a cluster stand under an empty name.',
      unit: 'short',
      span: 12,
    },
    [
      `sort_desc(topk(20, ${total('alert', 'cloudtower_alerts', { by: ['tower', 'cluster_name'], keep: ['severity'] })}))`,
      '{{tower}} {{cluster_name}}',
    ],
  ),
  tablePanel({
    title: 'Open alerts',
    description:
      'Up to 200 unresolved alerts, the oldest first. Message, cause and solution are in CloudTower, in the notification of the bridge, and on the exporter’s own page.',
    height: 10,
    labels: {
      rule: 'Rule',
      severity: 'Severity',
      cluster_name: 'Cluster',
      tower: 'Tower',
      host_name: 'Host',
      disk_name: 'Disk',
    },
    columns: [
      {
        name: 'Age',
        expression: orZero(`topk(200, time() - ${starts})`, { name: 'rule', value: 'no unresolved alert' }),
        unit: 's',
        steps: ages(3600, 14_400),
      },
    ],
    sort: { by: 'Age', descending: true },
  }),
];

const bridge = [
  statPanel(
    {
      title: 'Held alerts: firing',
      description: 'Alerts that the bridge holds as firing; 0 also where no bridge is configured.',
      unit: 'short',
    },
    orZero(total('tower', 'cloudtower_bridge_alerts', { where: 'state="firing"' })),
  ),
  statPanel(
    {
      title: 'Resolving',
      description: 'Alerts that ended and whose end some receiver has not accepted yet.',
      unit: 'short',
    },
    orZero(total('tower', 'cloudtower_bridge_alerts', { where: 'state="resolving"' })),
  ),
  statPanel(
    {
      title: 'Holding back',
      description:
        'Whether the bridge resolves nothing because most alerts vanished at once. See the runbook CloudTowerBridgeHolding.',
      unit: 'short',
      steps: zeroIsGood,
      mappings: [texts({ 0: ['no', 'green'], 1: ['yes', 'red'] })],
    },
    orZero(`max(${selector('tower', 'cloudtower_bridge_held')})`),
  ),
  statPanel(
    { title: 'Waiting', description: 'Notifications that wait in the outboxes of all receivers.', unit: 'short' },
    orZero('sum(cloudtower_bridge_queue_length)'),
  ),
  statPanel(
    {
      title: 'Longest wait',
      description:
        'Age of the oldest change that a receiver has not accepted. From 10 minutes on Prometheus raises CloudTowerBridgeNotDelivering.',
      unit: 's',
      steps: ages(120, 600),
    },
    orZero('max(cloudtower_bridge_oldest_unacknowledged_seconds)'),
  ),
  statPanel(
    {
      title: 'Dead letters',
      description:
        'Notifications that receivers refused for good and that wait for you: `cloudtower-exporter alerts dead-letters`.',
      unit: 'short',
      steps: zeroIsCalm,
    },
    orZero('sum(cloudtower_bridge_dead_letters)'),
  ),
  statPanel(
    {
      title: 'Misconfigured',
      description: 'Receivers that hold everything until their address, certificate or credentials are mended.',
      unit: 'short',
      steps: zeroIsGood,
    },
    orZero('sum(cloudtower_bridge_receiver_configuration_error)'),
  ),
  statPanel(
    {
      title: 'State errors',
      description:
        'Reads and writes of the bridge’s durable state that failed in the last hour. See the runbook CloudTowerBridgeStateFailing.',
      unit: 'short',
      decimals: 0,
      steps: zeroIsGood,
    },
    orZero('sum(increase(cloudtower_bridge_state_errors_total[1h]))'),
  ),
  graphPanel(
    { title: 'Deliveries', description: 'Deliveries tried a second by receiver, retries included.', unit: 'reqps' },
    [orZero('sum by (receiver) (rate(cloudtower_bridge_notifications_total[$__rate_interval]))', none), '{{receiver}}'],
  ),
  graphPanel(
    {
      title: 'Failed deliveries',
      description: 'Deliveries that failed a second, by receiver and reason. They are tried again; nothing is lost.',
      unit: 'reqps',
    },
    [
      orZero('sum by (receiver, reason) (rate(cloudtower_bridge_notifications_failed_total[$__rate_interval]))', none),
      '{{receiver}} {{reason}}',
    ],
  ),
];

const delay = (quantile: number): string =>
  `histogram_quantile(${quantile}, sum by (receiver, le) (rate(cloudtower_bridge_delivery_delay_seconds_bucket[1h])))`;

const deliveryDetails = [
  graphPanel(
    {
      title: 'Delay of deliveries',
      description:
        'From first seeing a change of an alert to its acceptance by the receiver, deliveries of the last hour: half were faster than p50, 95 % faster than p95.',
      unit: 's',
    },
    [delay(0.5), '{{receiver}} p50'],
    [delay(0.95), '{{receiver}} p95'],
  ),
  graphPanel(
    {
      title: 'Since the last delivery',
      description:
        'Seconds since the receiver last accepted a delivery. It grows while there is nothing to deliver to a webhook; an Alertmanager hears every minute while alerts fire.',
      unit: 's',
    },
    [`time() - ${onePerReceiver('cloudtower_bridge_last_success_timestamp_seconds')}`, '{{receiver}}'],
  ),
  graphPanel(
    { title: 'Waiting by receiver', description: 'Notifications that wait in each receiver’s outbox.', unit: 'short' },
    [onePerReceiver('cloudtower_bridge_queue_length'), '{{receiver}}'],
  ),
  graphPanel(
    {
      title: 'Longest wait by receiver',
      description: 'Age of the oldest change that the receiver has not accepted.',
      unit: 's',
      steps: ages(120, 600),
    },
    [onePerReceiver('cloudtower_bridge_oldest_unacknowledged_seconds'), '{{receiver}}'],
  ),
  graphPanel(
    {
      title: 'Held alerts',
      description: 'Alerts that the bridge holds, by tower and state.',
      unit: 'short',
      stacked: true,
    },
    [onePer('tower', selector('tower', 'cloudtower_bridge_alerts'), { keep: ['state'] }), '{{tower}} {{state}}'],
  ),
];

function onePerReceiver(metric: string): string {
  return `max by (receiver) (${metric})`;
}

/** CloudTower's alerts, and how they reach people. */
export const alerts: Board = {
  uid: 'cloudtower-alerts',
  title: 'CloudTower / Alerts and bridge',
  description: 'Unresolved alerts of CloudTower, and the bridge that carries them to Alertmanager and webhooks.',
  variables: 'cluster',
  rows: [
    { title: 'Alerts', panels: open },
    { title: 'Bridge', panels: bridge },
    { title: 'Bridge in detail (where one is configured)', closed: true, panels: deliveryDetails },
  ],
};
