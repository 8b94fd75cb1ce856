/** How figures are written: two decimals, as CloudTower's own dashboard writes them. */

const units = {
  bytes: { step: 1024, names: ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] },
  bytes_per_second: { step: 1024, names: ['B/s', 'KiB/s', 'MiB/s', 'GiB/s', 'TiB/s', 'PiB/s', 'EiB/s'] },
  hertz: { step: 1000, names: ['Hz', 'kHz', 'MHz', 'GHz', 'THz', 'PHz'] },
} as const;

export type Scaled = keyof typeof units;
export type Unit = Scaled | 'cores' | 'ratio';

/** What stands where nobody knows. */
export const unknownText = '–';

/** `1.50TiB`, `2.40GHz`, `12.50%`, `72`; zero is `0B`; a dash for null. */
export const formatValue = (value: number | null, unit: Unit): string => {
  if (value === null || !Number.isFinite(value)) return unknownText;
  if (unit === 'ratio') return `${(value * 100).toFixed(2)}%`;
  if (unit === 'cores') return String(value);
  return formatScaled(value, unit);
};

const formatScaled = (value: number, unit: Scaled): string => {
  const { step, names } = units[unit];
  if (value === 0) return `0${names[0]}`;
  let scaled = Math.abs(value);
  let at = 0;
  // What rounds to a whole step is written in the next unit: never 1024.00MiB.
  while (Number(scaled.toFixed(2)) >= step && at < names.length - 1) {
    scaled /= step;
    at += 1;
  }
  return `${value < 0 ? '-' : ''}${scaled.toFixed(2)}${names[at] ?? ''}`;
};

/** Two units at most: `3d 4h`, `12m 5s`, `0s`; negative as 0. */
export const formatDuration = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [d, h, m, s] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  if (d > 0) return d >= 10 || h === 0 ? `${d}d` : `${d}d ${h}h`;
  if (h > 0) return m === 0 ? `${h}h` : `${h}h ${m}m`;
  if (m > 0) return s === 0 || m >= 10 ? `${m}m` : `${m}m ${s}s`;
  return `${s}s`;
};

/** The day of an instant, UTC: `2027-01-01`; of years that no calendar shows, a dash. */
export const formatDay = (seconds: number): string => {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? unknownText : date.toISOString().slice(0, 10);
};

/** One thing, or how many of them: `1 host`, `2 hosts`. */
export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
