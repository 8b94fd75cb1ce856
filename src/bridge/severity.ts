/** A severity as the tower spelled it, ready to compare: trimmed, in capitals; empty when it said nothing. */
export const normalSeverity = (raw: string | null): string => (raw ?? '').trim().toUpperCase();

export interface Severity {
  /** The value of the label. */
  readonly label: string;
  /** What the tower said, when the map does not know it; null otherwise. */
  readonly unknown: string | null;
}

/** Anything the map does not know must still reach someone, and must not wake everyone. */
const fallback = 'warning';

/** Looks severities up without regard to case. */
export const severityLookup = (map: Readonly<Record<string, string>>): ((raw: string | null) => Severity) => {
  const known = new Map(Object.entries(map).map(([name, label]) => [normalSeverity(name), label]));
  return (raw) => {
    const label = known.get(normalSeverity(raw));
    if (label !== undefined && label !== '') return { label, unknown: null };
    return { label: fallback, unknown: raw === null || raw.trim() === '' ? null : raw };
  };
};
