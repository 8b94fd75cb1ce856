import { adviceOn } from '../../client/advice.ts';
import { expiryText } from '../document.ts';
import { formatValue } from '../format.ts';
import { productName } from '../product-name.ts';
import type { Level } from '../verdict.ts';
import { ageText, type TextPage, titled } from './part.ts';
import { table } from './table.ts';
import { clean } from './width.ts';

/** Most alerts that are listed; `--output json` has all. */
const maxAlerts = 20;

export const clustersPart = (page: TextPage): string => {
  const { clusters } = page.dashboard;
  if (clusters.length === 0) return '';
  const rows = clusters.map((cluster) => [
    cluster.tower,
    cluster.name,
    { text: cluster.state.replaceAll('_', ' '), style: cluster.abnormal ? ('critical' as const) : null },
    productName(cluster.product),
    cluster.version ?? '–',
    formatValue(cluster.storage.usage, 'ratio'),
    [cluster.license.type ?? '', cluster.license.edition ?? '', expiryText(cluster.license)]
      .filter((text) => text !== '')
      .join(' '),
  ]);
  const columns = [
    { title: 'tower', max: 20 },
    { title: 'cluster', max: 32 },
    { title: 'state' },
    { title: 'product' },
    { title: 'version', max: 14 },
    { title: 'storage', align: 'end' as const },
    { title: 'licence' },
  ];
  return titled(page, 'Clusters', table(columns, rows, page.paint, page.width));
};

const levels: Readonly<Record<string, Level>> = { critical: 'critical', notice: 'warning', unknown: 'warning' };

export const alertsPart = (page: TextPage): string => {
  const { alertList } = page.dashboard;
  if (alertList.length === 0) return '';
  const rows = alertList
    .slice(0, maxAlerts)
    .map((alert) => [
      { text: alert.severity, style: levels[alert.severity] ?? null },
      ageText(alert.started, page.now),
      [alert.cluster ?? alert.tower, ...alert.objects.slice(0, 1)].join(' › '),
      alert.message,
    ]);
  const columns = [
    { title: 'severity' },
    { title: 'age', align: 'end' as const },
    { title: 'where', max: 40 },
    { title: 'message', max: 500 },
  ];
  const rest = alertList.length - maxAlerts;
  const more = rest > 0 ? `  ${rest} more: --output json lists all, with cause, impact and solution\n` : '';
  return titled(page, 'Unresolved alerts', table(columns, rows, page.paint, page.width) + more);
};

/** Only what failed, once for each reason, with what to do about it: the rest has just been read. */
export const collectorsPart = (page: TextPage): string => {
  const { paint } = page;
  const problems = page.health.towers.flatMap(({ name, collectors }) => {
    const failing = collectors.filter(({ lastError }) => lastError !== null);
    return [...Map.groupBy(failing, ({ lastError }) => lastError?.message ?? '')].map(([message, alike]) => {
      const title = `${clean(name)}: ${alike.map((state) => state.name).join(', ')}`;
      const todo = adviceOn(alike[0]?.lastError?.code ?? '').todo;
      return `  ${paint(title, 'warning')}\n    ${clean(message)}\n    ${todo}\n`;
    });
  });
  return problems.length === 0 ? '' : titled(page, 'Not read', problems.join(''));
};
