import type { FamilySamples } from './batch.ts';
import type { Piece } from './piece.ts';

/** A family's lines, with what the next rendering has to know to take over those that are the same again. */
export interface RenderedFamily {
  readonly samples: FamilySamples;
  /** The lines cut into pieces of as many, the last one of fewer. */
  readonly pieces: readonly RenderedPiece[];
  /** Whether every sample has its line. */
  readonly isWhole: boolean;
}

export interface RenderedPiece {
  readonly piece: Piece;
  /** Where each of its lines begins, and the end of the last; null for a packed one, of which no line can be taken alone. */
  readonly offsets: Uint32Array | null;
}
