import type { Board } from '../shared/dashboard.ts';
import { graphPanel, statPanel } from '../shared/panels.ts';
import { orZero, selector, series } from '../shared/promql.ts';
import { tablePanel } from '../shared/table.ts';
import { ages, oneIsGood, texts, zeroIsCalm, zeroIsGood } from '../shared/thresholds.ts';
import type { Steps } from '../shared/thresholds.ts';

/** Processes that are exporters: `process_*` and `nodejs_*` carry no name of ours. */
const exporters = 'group by (job, instance) (cloudtower_exporter_build_info)';
const ofExporters = (metric: string): string =>
  `max by (job, instance) (${metric}) and on (job, instance) ${exporters}`;
const failing: Steps = ['green', [0.01, 'yellow'], [0.1, 'red']];

const state = [
  statPanel(
    {
      title: 'Exporters',
      description: 'Exporter processes that Prometheus scrapes.',
      unit: 'short',
      steps: ['red', [1, 'green']],
    },
    'count(cloudtower_exporter_build_info)',
  ),
  statPanel(
    {
      title: 'Towers answering',
      description: 'Share of the towers in scope whose latest request was answered.',
      unit: 'percentunit',
      steps: oneIsGood,
    },
    `avg(${series('tower', 'cloudtower_up')})`,
  ),
  statPanel(
    {
      title: 'Collectors failing',
      description: 'Collectors whose latest run failed, counted in each exporter.',
      unit: 'short',
      steps: zeroIsGood,
    },
    `sum(1 - ${selector('tower', 'cloudtower_collector_success')})`,
  ),
  statPanel(
    {
      title: 'Oldest data',
      description:
        'Seconds since the collector that has waited longest last succeeded. Five-minute collectors come near 300.',
      unit: 's',
      steps: ages(900, 1800),
    },
    `max(time() - ${selector('tower', 'cloudtower_collector_last_success_timestamp_seconds')})`,
  ),
  statPanel(
    {
      title: 'Configuration',
      description:
        'Whether the latest reload was accepted by every exporter. See the runbook CloudTowerConfigReloadFailed.',
      unit: 'short',
      steps: oneIsGood,
      mappings: [texts({ 0: ['refused', 'red'], 1: ['good', 'green'] })],
    },
    'min(cloudtower_exporter_config_last_reload_successful)',
  ),
  statPanel(
    {
      title: 'Logins rejected',
      description:
        'Logins that a tower rejected in the last hour. A wrong password tried again and again can lock the user out.',
      unit: 'short',
      decimals: 0,
      steps: zeroIsGood,
    },
    orZero(`sum(increase(${selector('tower', 'cloudtower_api_logins_total', 'result="rejected"')}[1h]))`),
  ),
  statPanel(
    {
      title: 'Unknown values',
      description:
        'Values of the API that this version of the exporter does not know (shown as unknown): a newer CloudTower. The log names each once.',
      unit: 'short',
      steps: zeroIsCalm,
    },
    orZero(`sum(${selector('tower', 'cloudtower_exporter_unknown_enum_values_total')})`),
  ),
  statPanel(
    {
      title: 'Duplicates dropped',
      description:
        'Samples left out because a series of the same name and labels was there already; the log names them.',
      unit: 'short',
      steps: zeroIsCalm,
    },
    orZero('sum(cloudtower_exporter_duplicate_series_dropped_total)'),
  ),
];

const collectors = [
  tablePanel({
    title: 'Collectors',
    description:
      'Each collector of each tower: its latest result, how long ago it succeeded, how long it takes, what it reads.',
    labels: { tower: 'Tower', collector: 'Collector' },
    columns: [
      {
        name: 'Result',
        expression: series('tower', 'cloudtower_collector_success', { keep: ['collector'], pick: 'min' }),
        unit: 'short',
        steps: oneIsGood,
        mappings: [texts({ 0: ['failed', 'red'], 1: ['good', 'green'] })],
      },
      {
        name: 'Succeeded',
        expression: `time() - ${series('tower', 'cloudtower_collector_last_success_timestamp_seconds', { keep: ['collector'], pick: 'min' })}`,
        unit: 's',
        steps: ages(900, 1800),
      },
      {
        name: 'Took',
        expression: series('tower', 'cloudtower_collector_duration_seconds', { keep: ['collector'] }),
        unit: 's',
      },
      {
        name: 'Objects',
        expression: series('tower', 'cloudtower_collector_objects', { keep: ['collector'] }),
        unit: 'short',
      },
    ],
    sort: { by: 'Result', descending: false },
  }),
  graphPanel(
    {
      title: 'Duration of collections',
      description: 'How long each collector’s latest run took. Longer than its interval: the next run is late.',
      unit: 's',
    },
    [series('tower', 'cloudtower_collector_duration_seconds', { keep: ['collector'] }), '{{tower}} {{collector}}'],
  ),
  graphPanel(
    {
      title: 'Objects read',
      description:
        'Objects that each collector’s latest run read. A fall to 0 with a good result may be a lost permission.',
      unit: 'short',
    },
    [series('tower', 'cloudtower_collector_objects', { keep: ['collector'] }), '{{tower}} {{collector}}'],
  ),
];

const requests = selector('tower', 'cloudtower_api_requests_total');

const api = [
  graphPanel(
    {
      title: 'Requests',
      description: 'Requests to the towers a second by answer: an HTTP status, or why there was none.',
      unit: 'reqps',
    },
    [`sum by (tower, code) (rate(${requests}[$__rate_interval]))`, '{{tower}} {{code}}'],
  ),
  graphPanel(
    {
      title: 'Requests that failed',
      description: 'Share of the requests in the last 15 minutes that were not answered with 200.',
      unit: 'percentunit',
      steps: failing,
      max: 1,
    },
    [
      `1 - sum by (tower) (rate(${selector('tower', 'cloudtower_api_requests_total', 'code="200"')}[15m])) / (sum by (tower) (rate(${requests}[15m])) > 0)`,
      '{{tower}}',
    ],
  ),
  graphPanel(
    {
      title: 'Time of requests, p95',
      description: '95 % of the requests of the last 15 minutes were faster, by operation.',
      unit: 's',
    },
    [
      `histogram_quantile(0.95, sum by (tower, operation, le) (rate(${selector('tower', 'cloudtower_api_request_duration_seconds_bucket')}[15m]))) >= 0`,
      '{{tower}} {{operation}}',
    ],
  ),
  graphPanel(
    {
      title: 'Bytes of answers',
      description: 'What the exporter costs the towers: bytes of answers a second by operation.',
      unit: 'binBps',
      stacked: true,
    },
    [
      `sum by (tower, operation) (rate(${selector('tower', 'cloudtower_api_response_bytes_total')}[15m]))`,
      '{{tower}} {{operation}}',
    ],
  ),
];

const processes = [
  graphPanel(
    {
      title: 'CPU',
      description: 'CPU seconds a second of each exporter process; 1 is one core.',
      unit: 'short',
      span: 8,
    },
    [ofExporters('rate(process_cpu_seconds_total[$__rate_interval])'), '{{instance}}'],
  ),
  graphPanel({ title: 'Memory', description: 'Resident memory of each exporter process.', unit: 'bytes', span: 8 }, [
    ofExporters('process_resident_memory_bytes'),
    '{{instance}}',
  ]),
  graphPanel(
    {
      title: 'Event loop lag',
      description:
        'How late the event loop was (mean of the latest interval). Beyond 100 ms scrapes are answered late.',
      unit: 's',
      steps: ages(0.1, 0.5),
      span: 8,
    },
    [ofExporters('nodejs_eventloop_lag_mean_seconds'), '{{instance}}'],
  ),
  graphPanel(
    { title: 'Time of a scrape', description: 'How long Prometheus took to scrape each exporter.', unit: 's' },
    [ofExporters('scrape_duration_seconds'), '{{instance}}'],
  ),
  graphPanel(
    { title: 'Series of a scrape', description: 'Samples that a scrape of each exporter brought.', unit: 'short' },
    [ofExporters('scrape_samples_scraped'), '{{instance}}'],
  ),
  tablePanel({
    title: 'Versions',
    description: 'What runs where, and the release of each tower below.',
    span: 12,
    height: 6,
    labels: { instance: 'Exporter', version: 'Version', revision: 'Revision', node_version: 'Node.js' },
    hide: [],
    columns: [
      {
        name: 'Since reload',
        expression:
          'max by (instance, version, revision, node_version) (cloudtower_exporter_build_info * on (job, instance) group_left () (time() - cloudtower_exporter_config_last_reload_success_timestamp_seconds))',
        unit: 's',
      },
    ],
  }),
  tablePanel({
    title: 'Towers',
    description: 'The release of each tower, and whether it answers.',
    span: 12,
    height: 6,
    labels: { tower: 'Tower', version: 'Release' },
    columns: [
      {
        name: 'Info',
        expression: series('tower', 'cloudtower_info', { keep: ['version'] }),
        unit: 'short',
        hidden: true,
      },
      {
        name: 'Answers',
        expression: series('tower', 'cloudtower_up'),
        unit: 'short',
        steps: oneIsGood,
        mappings: [texts({ 0: ['no', 'red'], 1: ['yes', 'green'] })],
      },
    ],
  }),
];

/** The exporter itself: is what the other boards show current, and what does it cost. */
export const exporter: Board = {
  uid: 'cloudtower-exporter',
  title: 'CloudTower / Exporter health',
  description: 'Is what the other boards show current, and what does the exporter cost its towers and its machine?',
  variables: 'tower',
  rows: [
    { title: 'State', panels: state },
    { title: 'Collectors', panels: collectors },
    { title: 'Requests to the towers', panels: api },
    { title: 'Processes', panels: processes },
  ],
};
