import type { LabelBlock } from '../metrics/labels.ts';

/**
 * The rows, each with the cluster or host that it is of, and those of one of them together, in the order they had: their labels
 * begin alike, and what looks alike and is near compresses best (the page of 200 clusters is a quarter smaller).
 */
export function* neighbours<T, Owner extends { readonly block: LabelBlock }>(
  rows: readonly T[],
  ownerOf: (row: T) => Owner,
): Generator<readonly [T, Owner], void> {
  const groups = [...Map.groupBy(rows, ownerOf)];
  groups.sort(([{ block: a }], [{ block: b }]) => (a.text < b.text ? -1 : Number(a.text > b.text)));
  for (const [owner, group] of groups) for (const row of group) yield [row, owner];
}
