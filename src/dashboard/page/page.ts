import { version } from '../../version.ts';
import type { Dashboard } from '../model.ts';
import type { TowerObjects } from '../objects.ts';
import type { Scope } from '../scope.ts';
import type { Health } from '../source.ts';
import type { Level, Verdict } from '../verdict.ts';
import { alertsSection } from './alerts.ts';
import { capacitySection, countsSection, movementSection, recycleBinSection } from './figures.ts';
import { clustersSection } from './clusters.ts';
import { collectorsSection, receiversSection } from './exporter.ts';
import { age, type Html, html, nothing } from './html.ts';
import { noticesSection } from './notices.ts';
import { picker } from './picker.ts';
import { verdictSection } from './verdict.ts';

/** Addresses that the page names. */
export interface PageLinks {
  readonly telemetryPath: string;
  readonly stylesheet: string;
  readonly script: string;
}

export interface PageData {
  readonly dashboard: Dashboard;
  readonly verdict: Verdict;
  readonly health: Health;
  /** Of all towers, for the pickers. */
  readonly objects: readonly TowerObjects[];
  readonly scope: Scope;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly links: PageLinks;
}

/** How often the page asks for news, seconds. */
const refresh = 10;

const icon = (level: Level): string => {
  const colour = { critical: 'd92d20', warning: 'dc8a00', unknown: '667085', ok: '17a267' }[level];
  return `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23${colour}'/%3E%3C/svg%3E`;
};

/** The whole page. */
export const page = (data: PageData): string => {
  const { verdict, now, links } = data;
  return frame({
    links,
    title: verdict.title,
    level: verdict.level,
    header: picker(data),
    main: html`${verdictSection(data)}
${noticesSection(data)}
<div class="grid" id="figures">
${capacitySection(data)}
${countsSection(data)}
${movementSection(data)}
${recycleBinSection(data)}
</div>
${alertsSection(data)}
${clustersSection(data)}
${collectorsSection(data)}
${receiversSection(data)}`,
    note: html`As of <span id="as-of">${age(now, now)}</span> ago.`,
  });
};

/** A page that only says something, with the way back. */
export const message = (links: PageLinks, title: string, text: string): string =>
  frame({
    links,
    title,
    level: 'unknown',
    header: nothing,
    main: html`<section class="card"><h2>${title}</h2><p>${text}</p><p><a href="/">Show everything</a></p></section>`,
    note: nothing,
  });

interface Frame {
  readonly links: PageLinks;
  readonly title: string;
  readonly level: Level;
  readonly header: Html;
  readonly main: Html;
  readonly note: Html;
}

const frame = ({ links, title, level, header, main, note }: Frame): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · CloudTower exporter</title>
<link rel="icon" id="icon" href="${icon(level)}">
<link rel="stylesheet" href="${links.stylesheet}">
<script src="${links.script}" defer></script>
</head>
<body data-refresh="${refresh}">
<a class="skip" href="#main">Skip to the figures</a>
<header class="top">
<h1><a href="/">CloudTower</a></h1>
${header}
</header>
<p id="connection" class="connection" role="status" hidden></p>
<main id="main" tabindex="-1">
${main}
</main>
<footer>
<nav aria-label="Exporter">
<a href="${links.telemetryPath}">Metrics</a>
<a href="/api/v1/targets">Targets</a>
<a href="/api/v1/dashboard">JSON</a>
<a href="/-/healthy">Health</a>
<a href="/-/ready">Readiness</a>
</nav>
<p>${note} cloudtower-exporter ${version}</p>
</footer>
</body>
</html>
`.text;
