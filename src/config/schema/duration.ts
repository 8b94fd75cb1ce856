import parse from 'parse-duration';

/** Prometheus' form: whole numbers, units from large to small, each at most once. */
const durationPattern = /^(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?$/;

/**
 * Reads a duration as Prometheus writes it (`100ms`, `30s`, `1h30m`, `1d`, `1w`, `1y` = 365 days, `0`) into milliseconds.
 * Null when it is not one.
 */
export const parseDuration = (text: string): number | null => {
  if (text === '0') return 0;
  if (text === '' || !durationPattern.test(text)) return null;
  // parse-duration's year has 365.25 days, Prometheus' has 365.
  const days = text.replace(/^(\d+)y/, (_, years: string) => `${BigInt(years) * 365n}d`);
  const milliseconds = parse(days);
  return milliseconds === null || !Number.isSafeInteger(milliseconds) ? null : milliseconds;
};

const units = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** Writes milliseconds the way `parseDuration` reads them: 5 400 000 → `1h30m`. */
export const formatDuration = (milliseconds: number): string => {
  let rest = Math.round(milliseconds);
  let text = '';
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    // "7d" is easier to read than "1w", and "24h" no better than "1d": weeks only when nothing is left over.
    if (count === 0 || (unit === 'w' && rest % size !== 0)) continue;
    text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === '' ? '0s' : text;
};
