import type { FamilyDefinition } from './family.ts';

/**
 * Rendered sample lines of one family, never changed once made: whoever holds a piece may send or compress its bytes at any
 * time, and the same piece object means the same bytes.
 */
export interface Piece {
  readonly bytes: Uint8Array;
  /** How many samples it holds. */
  readonly samples: number;
}

/** A family with all of its pieces: they stand together under one header. */
export interface FamilyPieces {
  readonly family: FamilyDefinition;
  readonly pieces: readonly Piece[];
}
