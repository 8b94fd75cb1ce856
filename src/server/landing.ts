/** Escapes text for HTML, attribute values included. */
export const escapeHtml = (value: string): string =>
  value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

const link = (href: string, label: string, note = ''): string =>
  `<li><a href="${escapeHtml(href)}">${escapeHtml(label)}</a>${note === '' ? '' : ` ${escapeHtml(note)}`}</li>`;

/** A plain page that links everything there is to see. */
export const landingPage = (telemetryPath: string, towers: readonly string[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>CloudTower exporter</title>
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}</style>
</head>
<body>
<main>
<h1>CloudTower exporter</h1>
<ul>
${link(telemetryPath, 'Metrics', 'of every tower and of the exporter itself')}
${link('/api/v1/targets', 'Targets', 'for Prometheus’ HTTP service discovery')}
${link('/-/healthy', 'Health')}
${link('/-/ready', 'Readiness')}
</ul>
<h2>Towers</h2>
<ul>
${towers.map((tower) => link(`/probe?tower=${encodeURIComponent(tower)}`, tower)).join('\n')}
</ul>
</main>
</body>
</html>
`;
