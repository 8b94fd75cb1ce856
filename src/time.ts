/** How a time without a zone is read. */
export interface TimeOptions {
  /** Minutes east of UTC that are assumed where the text names no offset: 0 for UTC, 480 for +08:00. */
  readonly assumeOffsetMinutes: number;
}

const utc: TimeOptions = { assumeOffsetMinutes: 0 };

const datePattern = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})/;
const clockPattern = /^(?:[Tt]|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?/;
const zonePattern = /^\s*(?:[Zz]|UTC|GMT|([+-])(\d{2}):?(\d{2})?(?:\s+[A-Za-z]+)?)$/;
const epochPattern = /^\d+(?:\.\d+)?(?:[eE]\+?\d{1,2})?$/;

/** Nothing that this program reads happened before 1971: 1970 and year 1 are how "not set" is spelled. */
const earliest = Date.UTC(1971, 0, 1);

/**
 * Reads an instant in any form that CloudTower is known or suspected to write: ISO 8601 with or without fraction, seconds, `T`
 * and offset, a date alone, or an epoch number in seconds, milliseconds, microseconds or nanoseconds (told apart by size).
 * Milliseconds since the epoch, finer digits cut off; null for anything else and for every spelling of "not set" (empty, 0, -1,
 * year 1, 1970). The instant may lie in the future (licences do).
 */
export const parseInstant = (text: string | null, options: TimeOptions = utc): number | null => {
  if (text === null) return null;
  const trimmed = text.trim();
  const ms = epochPattern.test(trimmed) ? parseEpoch(trimmed) : parseCalendar(trimmed, options);
  return ms === null || !Number.isFinite(ms) || ms < earliest ? null : ms;
};

/** The same for something that has happened: null also for an instant after `now` (milliseconds since the epoch). */
export const parseTowerTime = (text: string | null, now: number, options: TimeOptions = utc): number | null => {
  const ms = parseInstant(text, options);
  return ms === null || ms > now ? null : ms;
};

const parseEpoch = (digits: string): number => {
  const value = Number(digits);
  if (value < 1e11) return Math.trunc(value * 1000);
  if (value < 1e14) return Math.trunc(value);
  if (value < 1e17) return Math.trunc(value / 1000);
  return Math.trunc(value / 1_000_000);
};

const parseCalendar = (text: string, options: TimeOptions): number | null => {
  const date = datePattern.exec(text);
  if (date === null) return null;
  const [dateText, year, month, day] = date;
  const afterDate = text.slice(dateText.length);
  const clock = clockPattern.exec(afterDate);
  const [clockText, hour, minute, second, fraction] = clock ?? [''];
  const rest = afterDate.slice(clockText.length);
  const offset = clock === null && rest === '' ? options.assumeOffsetMinutes : parseZone(rest, options);
  const time = timeOfDay(Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0), fraction ?? '');
  const midnight = startOfDay(Number(year), Number(month), Number(day));
  if (offset === null || time === null || midnight === null) return null;
  return midnight + time - offset * 60_000;
};

/** Minutes east of UTC; null for text that is no zone. */
const parseZone = (text: string, options: TimeOptions): number | null => {
  if (text === '') return options.assumeOffsetMinutes;
  const zone = zonePattern.exec(text);
  if (zone === null) return null;
  const [, sign, hours, minutes] = zone;
  if (sign === undefined) return 0;
  const offset = Number(hours) * 60 + Number(minutes ?? 0);
  if (offset > 15 * 60 || Number(minutes ?? 0) > 59) return null;
  return sign === '-' ? -offset : offset;
};

const timeOfDay = (hour: number, minute: number, second: number, fraction: string): number | null => {
  // A leap second is read as the moment after it.
  if (hour > 23 || minute > 59 || second > 60) return null;
  return ((hour * 60 + minute) * 60 + second) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'));
};

/** Midnight UTC of a day that exists; null for 30 February. */
const startOfDay = (year: number, month: number, day: number): number | null => {
  const ms = Date.UTC(year, month - 1, day);
  const date = new Date(ms);
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? ms : null;
};
