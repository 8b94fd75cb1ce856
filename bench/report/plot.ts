import type { Point } from './statistics.ts';

/** One curve of a plot. */
export interface Curve {
  readonly name: string;
  readonly points: readonly Point[];
}

const width = 720;
const height = 420;
const margin = { left: 64, right: 190, top: 24, bottom: 48 };
// Told apart by people who see colours differently, on white.
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00'];

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Powers of ten within the range, its ends included. */
const decades = (low: number, high: number): number[] => {
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) found.push(10 ** power);
  return found;
};

/** Curves on logarithmic axes, each relative to its first point, with the line of linear growth beside them; an SVG. */
export const growthPlot = (curves: readonly Curve[], xTitle: string): string => {
  const relative = curves.map(({ name, points }) => ({
    name,
    points: points.map(({ x, y }) => ({ x, y: y / (points[0]?.y ?? 1) })),
  }));
  const all = relative.flatMap(({ points }) => points);
  const [minX, maxX] = [Math.min(...all.map(({ x }) => x)), Math.max(...all.map(({ x }) => x))];
  const linear = { name: 'linear', points: [minX, maxX].map((x) => ({ x, y: x / minX })) };
  const ticksX = decades(minX, maxX);
  const ticksY = decades(Math.min(1, ...all.map(({ y }) => y)), Math.max(maxX / minX, ...all.map(({ y }) => y)));
  const scale = (ticks: readonly number[], from: number, to: number) => {
    const [low = 1, high = 10] = [ticks[0], ticks.at(-1)];
    return (value: number): string => (from + ((to - from) * Math.log(value / low)) / Math.log(high / low)).toFixed(1);
  };
  const x = scale(ticksX, margin.left, width - margin.right);
  const y = scale(ticksY, height - margin.bottom, margin.top);
  const [left, right, top, bottom] = [margin.left, width - margin.right, margin.top, height - margin.bottom];
  const grid = [
    ...ticksX.map(
      (tick) =>
        `<line x1="${x(tick)}" y1="${top}" x2="${x(tick)}" y2="${bottom}"/><text x="${x(tick)}" y="${bottom + 18}" text-anchor="middle">${tick}</text>`,
    ),
    ...ticksY.map(
      (tick) =>
        `<line x1="${left}" y1="${y(tick)}" x2="${right}" y2="${y(tick)}"/><text x="${left - 8}" y="${y(tick)}" dy="4" text-anchor="end">× ${tick}</text>`,
    ),
  ];
  const line = (points: readonly Point[]): string => points.map((point) => `${x(point.x)},${y(point.y)}`).join(' ');
  const drawn = relative.map(({ name, points }, index) => {
    const colour = colours[index % colours.length];
    const dots = points.map((point) => `<circle cx="${x(point.x)}" cy="${y(point.y)}" r="3"/>`).join('');
    const label = `<text x="${right + 34}" y="${top + 20 * index + 4}" stroke="none" fill="#222">${escape(name)}</text>`;
    const key = `<line x1="${right + 10}" y1="${top + 20 * index}" x2="${right + 28}" y2="${top + 20 * index}"/>`;
    return `<g stroke="${colour}" fill="${colour}"><polyline fill="none" stroke-width="2" points="${line(points)}"/>${dots}${key}${label}</g>`;
  });
  const keyAt = top + 20 * relative.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>Growth over ${escape(xTitle)}</title><rect width="${width}" height="${height}" fill="#fff"/>`,
    `<g stroke="#ddd" fill="#222">${grid.join('').replaceAll('<text', '<text stroke="none"')}</g>`,
    `<text x="${(left + right) / 2}" y="${height - 10}" text-anchor="middle" fill="#222">${escape(xTitle)}</text>`,
    `<g stroke="#888" stroke-dasharray="5 4" fill="none"><polyline points="${line(linear.points)}"/><line x1="${right + 10}" y1="${keyAt}" x2="${right + 28}" y2="${keyAt}"/></g>`,
    `<text x="${right + 34}" y="${keyAt + 4}" fill="#222">linear</text>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
};
