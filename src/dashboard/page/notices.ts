import { adviceOn } from '../../client/advice.ts';
import type { CollectorState } from '../../collectors/runner.ts';
import type { TowerHealth } from '../source.ts';
import { age, type Html, html, name, nothing, section } from './html.ts';
import type { PageData } from './page.ts';

/** What keeps the figures from being whole or fresh, and what to do about it. An empty part holds the place. */
export const noticesSection = ({ health, now }: PageData): Html => {
  const notices = [
    ...health.towers.flatMap((tower) => towerNotices(tower, now)),
    ...(health.bridgeRunning === false ? [bridgeNotice] : []),
  ];
  return section('notices', 'Notices', html`${notices}`, notices.length === 0 ? 'none' : '');
};

const notice = (level: string, title: Html, text: Html, todo: Html): Html =>
  html`<div class="advice ${level}"><h3>${title}</h3><p>${text}</p><p class="todo">${todo}</p></div>`;

const bridgeNotice = notice(
  'critical',
  html`The bridge cannot open its state`,
  html`No alert is forwarded until it can; it is tried again by itself. Metrics are not touched.`,
  html`Check the disk of <code>bridge.state_dir</code>: space, rights, and whether another process uses it. The log says which.`,
);

const towerNotices = (tower: TowerHealth, now: number): readonly Html[] => [
  ...reachNotices(tower, now),
  ...heldNotices(tower, now),
];

const reachNotices = ({ name: tower, reach, collectors }: TowerHealth, now: number): readonly Html[] => {
  if (reach === 'starting')
    return [
      notice(
        'unknown',
        html`Tower ${name(tower)} is being read for the first time`,
        html`Figures appear as soon as the first collectors have ended.`,
        html`Nothing to do. If it stays so, <a href="/-/ready">the readiness</a> names what is waited for.`,
      ),
    ];
  const failing = collectors.filter(({ lastError }) => lastError !== null);
  const [first] = failing;
  if (first === undefined) return [];
  if (reach === 'unreachable') return [unreachable(tower, first, collectors, now)];
  return [...Map.groupBy(failing, ({ lastError }) => lastError?.code ?? '').values()].map((alike) =>
    collectorsNotice(tower, alike, now),
  );
};

const unreachable = (
  tower: string,
  { lastError }: CollectorState,
  collectors: readonly CollectorState[],
  now: number,
): Html => {
  const successes = collectors.flatMap(({ lastSuccess }) => (lastSuccess === null ? [] : [lastSuccess]));
  const last = successes.length === 0 ? null : Math.max(...successes);
  return notice(
    'critical',
    html`Tower ${name(tower)}: ${adviceOn(lastError?.code ?? '').title}`,
    html`${name(lastError?.message ?? '')}${
      last === null
        ? html`<br>It was never read, so there is nothing to show.`
        : html`<br>What is shown is ${age(last, now)} old; after a while its metrics are withdrawn.`
    }`,
    advised(adviceOn(lastError?.code ?? '').todo),
  );
};

const collectorsNotice = (tower: string, alike: readonly CollectorState[], now: number): Html => {
  const [first] = alike;
  const isStale = alike.some(({ stale }) => stale);
  const advice = adviceOn(first?.lastError?.code ?? '');
  return notice(
    isStale ? 'critical' : 'warning',
    html`${name(tower)}: ${alike.map((state) => state.name).join(', ')} cannot be read: ${advice.title}`,
    html`${name(first?.lastError?.message ?? '')}${
      first !== undefined && first.lastSuccess !== null
        ? html`<br>What is shown of it is ${age(first.lastSuccess, now)} old${isStale ? '; its metrics are withdrawn' : ''}.`
        : nothing
    }`,
    advised(advice.todo),
  );
};

const heldNotices = ({ name: tower, facts }: TowerHealth, now: number): readonly Html[] => {
  if (facts === null) return [];
  const { vanished, unreachable: away } = facts;
  if (vanished !== null)
    return [
      notice(
        'critical',
        html`Alerts of ${name(tower)} are held`,
        html`${vanished.gone} of ${vanished.open} alerts vanished at once ${age(vanished.since, now)} ago, and none was seen to end. A lost permission looks just like that, so nothing is resolved.`,
        html`Look into CloudTower: if the alerts are there, give the user its role back. If they are really gone, docs/bridge.md says how to release them.`,
      ),
    ];
  if (away !== null)
    return [
      notice(
        'warning',
        html`Alerts of ${name(tower)} are held`,
        html`The tower has not answered for ${age(away.since, now)}: alerts that fire go on firing, none is resolved.`,
        html`They are released by themselves when the tower answers again.`,
      ),
    ];
  return [];
};

/** Keys of the configuration stand between backticks in advice. */
const advised = (todo: string): Html =>
  html`${todo.split('`').map((text, at) => (at % 2 === 1 ? html`<code>${text}</code>` : html`${text}`))}`;
