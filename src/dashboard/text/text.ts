import type { Use } from '../capacity.ts';
import type { Movement } from '../cluster-info.ts';
import { products } from '../counts.ts';
import { formatValue, plural, type Scaled } from '../format.ts';
import { productName } from '../product-name.ts';
import type { Sum } from '../sum.ts';
import type { Level } from '../verdict.ts';
import type { View } from '../view.ts';
import { alertsPart, clustersPart, collectorsPart } from './lists.ts';
import { createPaint } from './paint.ts';
import { type TextPage, titled } from './part.ts';
import { table } from './table.ts';
import { clean, fit, pad } from './width.ts';

export interface TextOptions extends View {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly colour: boolean;
  /** Columns of the terminal; left out (not a terminal): 120. */
  readonly width?: number | undefined;
}

const defaultWidth = 120;
const minWidth = 60;

/** The dashboard as a page of text: the verdict first, the details below. */
export const dashboardText = ({ colour, width = defaultWidth, ...view }: TextOptions): string => {
  const page: TextPage = { ...view, paint: createPaint(colour), width: Math.max(minWidth, width) };
  return [
    verdictPart(page),
    capacityPart(page),
    countsPart(page),
    movementPart(page),
    clustersPart(page),
    alertsPart(page),
    collectorsPart(page),
  ]
    .filter((part) => part !== '')
    .join('\n');
};

const marks: Readonly<Record<Level, string>> = { critical: '✕', warning: '!', unknown: '…', ok: '✓' };

const verdictPart = ({ verdict, paint, width }: TextPage): string =>
  [
    paint(`${marks[verdict.level]} ${verdict.title}`, verdict.level),
    ...verdict.reasons.map(({ level, text }) => `  ${paint(marks[level], level)} ${fit(clean(text), width - 4)}`),
    '',
  ].join('\n');

const missing = (...sums: readonly Sum[]): string => {
  const most = Math.max(...sums.map((sum) => sum.missing));
  return most === 0 ? '' : `${plural(most, 'part')} missing`;
};

const capacityPart = (page: TextPage): string => {
  const { cpu, memory, storage } = page.dashboard;
  if (storage === null) return titled(page, 'Capacity', '  not read yet\n');
  const row = (title: string, use: Use, unit: Scaled, note: string) => [
    title,
    bar(use.usage),
    { text: formatValue(use.usage, 'ratio'), style: levelOf(use.usage) },
    formatValue(use.used.value, unit),
    formatValue(use.total.value, unit),
    [note, missing(use.total, use.used)].filter((text) => text !== '').join(', '),
  ];
  const rows = [
    ...(cpu === null ? [] : [row('CPU', cpu, 'hertz', `${formatValue(cpu.cores.value, 'cores')} cores`)]),
    ...(memory === null ? [] : [row('Memory', memory, 'bytes', '')]),
    row(
      'Storage',
      storage,
      'bytes',
      `${formatValue(storage.available.value, 'bytes')} available, ${formatValue(storage.invalid.value, 'bytes')} invalid`,
    ),
  ];
  const columns = [
    { title: '' },
    { title: '' },
    { title: 'usage', align: 'end' as const },
    { title: 'used', align: 'end' as const },
    { title: 'total', align: 'end' as const },
    { title: '' },
  ];
  return titled(page, 'Capacity', table(columns, rows, page.paint, page.width));
};

const barLength = 20;

const bar = (usage: number | null): string => {
  const filled = Math.round(Math.min(1, Math.max(0, usage ?? 0)) * barLength);
  return '█'.repeat(filled) + '░'.repeat(barLength - filled);
};

const levelOf = (usage: number | null): Level | null => {
  if (usage === null || usage < 0.8) return null;
  return usage >= 0.9 ? 'critical' : 'warning';
};

const countsPart = (page: TextPage): string => {
  const { alerts, hosts, disks, products: counts, recycleBin: bin } = page.dashboard;
  const lines: (readonly [string, string])[] = [];
  if (alerts !== null) {
    const rest = alerts.unknown > 0 ? `, ${alerts.unknown} unknown` : '';
    lines.push(['Alerts', `${alerts.critical} critical, ${alerts.notice} notice, ${alerts.info} info${rest}`]);
  }
  if (counts !== null) {
    const of = products
      .filter((product) => counts[product].total > 0)
      .map((product) => {
        const { total, abnormal } = counts[product];
        return `${total} ${productName(product)}${abnormal > 0 ? ` (${abnormal} abnormal)` : ''}`;
      });
    lines.push(['Clusters', of.length === 0 ? 'none' : of.join(', ')]);
  }
  if (hosts !== null) {
    const { total, ...conditions } = hosts;
    lines.push(['Hosts', `${total}: ${countList(conditions)}`]);
  }
  if (disks !== null) {
    for (const [type, { total, ...conditions }] of Object.entries(disks)) {
      const title = { ssd: 'SSD', hdd: 'HDD', pmem: 'PMem' }[type] ?? 'Other disks';
      if (total > 0 || type === 'ssd' || type === 'hdd') lines.push([title, `${total}: ${countList(conditions)}`]);
    }
  }
  if (bin !== null) {
    const released = `released today ${formatValue(bin.today.value, 'bytes')}, within 7 days ${formatValue(bin.week.value, 'bytes')}`;
    lines.push(['Recycle bin', `${plural(bin.vms, 'VM')}, ${formatValue(bin.size.value, 'bytes')}; ${released}`]);
  }
  if (lines.length === 0) return '';
  const width = Math.max(...lines.map(([title]) => title.length));
  return titled(page, 'Inventory', lines.map(([title, text]) => `  ${pad(title, width)}  ${text}\n`).join(''));
};

const countList = (counts: Readonly<Record<string, number>>): string => {
  const present = Object.entries(counts).filter(([key, count]) => count > 0 || key === 'healthy');
  return present.map(([key, count]) => `${count} ${key}`).join(', ');
};

const movementPart = (page: TextPage): string => {
  const { recovery, migration } = page.dashboard;
  const rows = [
    ...recovery.map((movement) => movementRow('recovery', movement)),
    ...migration.map((movement) => movementRow('migration', movement)),
  ];
  if (rows.length === 0) return '';
  const columns = [{ title: 'cluster', max: 40 }, { title: '' }, { title: '' }, { title: 'speed' }];
  return titled(page, 'Data recovery', table(columns, rows, page.paint, page.width));
};

const movementRow = (kind: string, { cluster_name, remaining, speed }: Movement): readonly string[] => [
  cluster_name,
  kind,
  `${formatValue(remaining, 'bytes')} left`,
  formatValue(speed, 'bytes_per_second'),
];
