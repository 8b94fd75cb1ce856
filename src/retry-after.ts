/**
 * Reads a `Retry-After` header: whole seconds or an HTTP date (RFC 9110, 10.2.3).
 * `now` is milliseconds since the epoch; the answer is a wait in milliseconds within [0, cap], null when the header is absent or unreadable.
 */
export const parseRetryAfter = (header: string | null | undefined, now: number, cap: number): number | null => {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(cap, Number(text) * 1000);
  // Date.parse takes far more than HTTP dates ("1", "-5"): ask for the weekday that all three forms begin with.
  if (!/^(?:mon|tue|wed|thu|fri|sat|sun)/i.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.min(cap, Math.max(0, at - now));
};
