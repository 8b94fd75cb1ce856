import type { AlertItem } from '../alert-list.ts';
import { age, type Html, html, name, nothing, prose, section } from './html.ts';
import type { PageData } from './page.ts';

/** Most alerts in the table; the counts above are of all. */
export const maxAlerts = 200;

const severities = { critical: 'Critical', notice: 'Notice', info: 'Info', unknown: 'Unknown' } as const;

/** Unresolved alerts, the worst first, each with what to do about it. */
export const alertsSection = ({ dashboard, now }: PageData): Html => {
  const { alertList, alerts, towers } = dashboard;
  if (alerts === null) return section('alerts', 'Unresolved alerts', html`<p class="empty">Not read yet.</p>`);
  if (alertList.length === 0)
    return section('alerts', 'Unresolved alerts', html`<p class="empty">No unresolved alert.</p>`);
  const shown = alertList.slice(0, maxAlerts);
  const rest = alertList.length - shown.length;
  const body = html`<table class="alerts"><thead><tr><th scope="col">Severity</th><th scope="col">Alert</th><th scope="col">Where</th><th scope="col" class="number">Age</th></tr></thead>
<tbody>${shown.map((item) => row(item, towers.length > 1, now))}</tbody></table>
${rest > 0 ? html`<p class="note more">${rest} more: narrow the scope, or read <a href="/api/v1/dashboard">the JSON</a>.</p>` : nothing}`;
  return section('alerts', `Unresolved alerts (${alertList.length})`, body);
};

const row = (alert: AlertItem, withTower: boolean, now: number): Html => {
  const places = [...(withTower ? [alert.tower] : []), ...(alert.cluster === null ? [] : [alert.cluster])];
  const where = [...places, ...alert.objects].map((place) => html`<li>${name(place)}</li>`);
  const details: readonly (readonly [string, string])[] = [
    ['Cause', alert.cause],
    ['Impact', alert.impact],
    ['Solution', alert.solution],
  ];
  const told = details.filter(([, text]) => text.trim() !== '');
  return html`<tr class="${alert.severity}"><td><span class="badge ${alert.severity}">${severities[alert.severity]}</span></td>
<td><details id="${`alert-${encodeURIComponent(`${alert.tower}/${alert.id}`.toWellFormed())}`}"><summary>${prose(alert.message === '' ? '(no message)' : alert.message)}</summary><dl>${told.map(
    ([title, text]) => html`<dt>${title}</dt><dd>${prose(text)}</dd>`,
  )}<dt>Rule</dt><dd>${alert.rule === null ? 'not known' : html`<code>${alert.rule}</code>`}</dd></dl></details></td>
<td><ul class="where">${where.length === 0 ? html`<li>the tower itself</li>` : where}</ul></td>
<td class="number">${alert.started === null ? 'not known' : age(alert.started, now)}</td></tr>`;
};
