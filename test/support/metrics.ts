import type { FamilyDefinition } from '../../src/metrics/family.ts';
import { familyHeader, type Format, trailers } from '../../src/metrics/exposition.ts';
import type { FamilyPieces } from '../../src/metrics/piece.ts';

/** A made-up family; what is not given is a gauge of the clusters collector. */
export const makeFamily = (given: Partial<FamilyDefinition> & { readonly name: string }): FamilyDefinition => ({
  help: 'Made up.',
  type: 'gauge',
  unit: null,
  labels: ['tower'],
  stability: 'stable',
  collector: 'clusters',
  source: 'a test',
  ...given,
});

/** The text of families, as a scrape would show them. */
export const textOf = (families: readonly FamilyPieces[], format: Format = 'text'): string =>
  families
    .map(
      ({ family, pieces }) =>
        familyHeader(family, format) + pieces.map(({ bytes }) => Buffer.from(bytes).toString('utf8')).join(''),
    )
    .join('') + trailers[format];
