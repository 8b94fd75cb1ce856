/** Reads `UTC`, `Z` or an offset (`+08:00`, `-0330`) into minutes east of UTC; null when it is neither. */
export const parseTimezone = (text: string): number | null => {
  if (text === 'UTC' || text === 'Z') return 0;
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(text);
  if (match === null) return null;
  const [, sign, hours, minutes] = match;
  if (Number(hours) > 14 || Number(minutes) > 59) return null;
  const offset = Number(hours) * 60 + Number(minutes);
  return sign === '-' && offset !== 0 ? -offset : offset;
};
