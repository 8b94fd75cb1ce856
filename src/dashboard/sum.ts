import { ratio, sumKnown } from '../collectors/values.ts';

/** A sum of parts some of which nobody reported. */
export interface Sum {
  /** Of the known parts; null when there are parts and none is known, 0 when there is nothing to add. */
  readonly value: number | null;
  /** How many parts are not in it. */
  readonly missing: number;
}

export const sum = (parts: readonly (number | null)[]): Sum => ({
  value: parts.length === 0 ? 0 : sumKnown(parts),
  missing: parts.filter((part) => part === null).length,
});

/** The share that is used, 0–1, of those parts that say both; null when there are none. */
export const usageOf = (parts: readonly { readonly total: number | null; readonly used: number | null }[]) => {
  const known = parts.filter(({ total, used }) => total !== null && used !== null);
  return ratio(sumKnown(known.map(({ used }) => used)), sumKnown(known.map(({ total }) => total)));
};
