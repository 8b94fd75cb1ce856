import type { ReceiverStatus, TargetStatus } from '../../bridge/receiver.ts';
import type { CollectorState } from '../../collectors/runner.ts';
import { formatDuration } from '../format.ts';
import { age, type Html, html, name, nothing, section } from './html.ts';
import type { PageData } from './page.ts';

/** Every enabled collector: how it does and how old what it read is. */
export const collectorsSection = ({ health: { towers }, now }: PageData): Html => {
  const isMany = towers.length > 1;
  const rows = towers.flatMap((tower) =>
    tower.collectors.map((state) => collectorRow(isMany ? tower.name : null, state, now)),
  );
  return section(
    'collectors',
    'Collectors',
    html`<div class="scroll" id="collectors-scroll" tabindex="0" role="group" aria-label="Table: Collectors"><table><thead><tr>${isMany ? html`<th scope="col">Tower</th>` : nothing}<th scope="col">Collector</th><th scope="col">State</th><th scope="col" class="number">Age</th><th scope="col" class="number">Every</th><th scope="col" class="number">Objects</th><th scope="col" class="number">Took</th></tr></thead><tbody>${rows}</tbody></table></div>`,
  );
};

const collectorState = (state: CollectorState): readonly [string, string] => {
  if (state.lastRun === null) return ['unknown', 'first run'];
  if (state.stale) return ['critical', 'stale'];
  return state.lastError === null ? ['ok', 'ok'] : ['warning', 'failing'];
};

const collectorRow = (tower: string | null, state: CollectorState, now: number): Html => {
  const [level, word] = collectorState(state);
  return html`<tr>${tower === null ? nothing : html`<td>${name(tower)}</td>`}<th scope="row">${state.name}</th>
<td><span class="badge ${level}">${word}</span>${state.lastError === null ? nothing : html`<p class="problem">${name(state.lastError.message)}</p>`}</td>
<td class="number">${age(state.lastSuccess, now)}</td><td class="number">${formatDuration(state.interval)}</td>
<td class="number">${state.objects ?? '–'}</td><td class="number">${state.seconds === null ? '–' : `${state.seconds.toFixed(2)}s`}</td></tr>`;
};

/** Every receiver of the bridge, one row an address. */
export const receiversSection = ({ health: { receivers, bridgeRunning }, now }: PageData): Html => {
  if (bridgeRunning === null)
    return section(
      'receivers',
      'Alert bridge',
      html`<p class="empty">No bridge is configured: alerts are metrics only. With <code>bridge</code> in the configuration they are sent to Alertmanager or webhooks.</p>`,
    );
  if (receivers.length === 0)
    return section('receivers', 'Alert bridge', html`<p class="empty">No receiver is at work.</p>`);
  const rows = receivers.flatMap((receiver) =>
    receiver.targets.map((target, at) => receiverRow(receiver, target, at === 0, now)),
  );
  return section(
    'receivers',
    'Alert bridge',
    html`<div class="scroll" id="receivers-scroll" tabindex="0" role="group" aria-label="Table: Receivers"><table><thead><tr><th scope="col">Receiver</th><th scope="col">Address</th><th scope="col">State</th><th scope="col" class="number">Last delivery</th><th scope="col" class="number">Waiting</th><th scope="col" class="number">Dead letters</th></tr></thead><tbody>${rows}</tbody></table></div>`,
  );
};

const targetStates: Readonly<Record<TargetStatus['state'], readonly [string, string]>> = {
  idle: ['ok', 'ok'],
  delivering: ['ok', 'delivering'],
  retrying: ['warning', 'retrying'],
  configuration_error: ['critical', 'refused'],
  stopped: ['unknown', 'stopped'],
};

const receiverRow = (receiver: ReceiverStatus, target: TargetStatus, isFirst: boolean, now: number): Html => {
  const [level, word] = targetStates[target.state];
  const waiting = receiver.oldestUnacknowledged;
  return html`<tr><th scope="row">${name(receiver.name)}<br><small>${receiver.kind}</small></th><td>${name(target.target)}</td>
<td><span class="badge ${level}">${word}</span>${target.problem === null ? nothing : html`<p class="problem">${name(target.problem)}</p>`}</td>
<td class="number">${age(target.lastSuccess, now)}</td>
<td class="number">${isFirst ? receiver.queueLength : ''}${isFirst && waiting !== null ? html`<br><small>for ${age(waiting, now)}</small>` : nothing}</td>
<td class="number${receiver.deadLetters > 0 ? ' warning' : ''}">${isFirst ? receiver.deadLetters : ''}</td></tr>`;
};
