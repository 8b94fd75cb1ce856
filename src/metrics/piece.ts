import { crc32, constants, deflateRawSync, inflateRawSync, type ZlibOptions } from 'node:zlib';
import type { FamilyDefinition } from './family.ts';

/**
 * Rendered sample lines of one family, never changed once made: whoever holds a piece may send or compress its bytes at any
 * time, and the same piece object means the same bytes.
 */
export interface Piece {
  /** Of a packed piece they are unpacked each time. */
  readonly bytes: Uint8Array;
  /** The number of bytes. */
  readonly length: number;
  /** How many samples it holds. */
  readonly samples: number;
  /** The bytes compressed, where that is how they are kept. */
  readonly packed: Packed | null;
}

/** Bytes compressed on their own: such stretches can follow each other in one gzip member. */
export interface Packed {
  readonly compressed: Uint8Array;
  /** CRC-32 and number of the bytes before compression. */
  readonly crc: number;
  readonly length: number;
}

/** A family with all of its pieces: they stand together under one header. */
export interface FamilyPieces {
  readonly family: FamilyDefinition;
  readonly pieces: readonly Piece[];
}

/** How so many bytes are compressed. A tenth is what remains of sample lines. */
export const packing = (length: number): ZlibOptions => ({
  level: 1,
  finishFlush: constants.Z_FULL_FLUSH,
  chunkSize: Math.max(4096, length >>> 3),
});

/** A piece of the bytes as they are. */
export const plainPiece = (bytes: Uint8Array, samples = 0): Piece => ({
  bytes,
  length: bytes.length,
  samples,
  packed: null,
});

/** A piece that keeps its bytes compressed, a tenth of their size. */
export const packedPiece = (bytes: Uint8Array, samples: number): Piece => {
  const { length } = bytes;
  const compressed = exact(deflateRawSync(bytes, packing(length)));
  const packed = { compressed, crc: crc32(bytes), length };
  return {
    get bytes() {
      return inflateRawSync(compressed, { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: Math.max(64, length) });
    },
    length,
    samples,
    packed,
  };
};

/** The same bytes in memory of just that size: zlib's answers are the beginning of something larger. */
export const exact = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.prototype.slice.call(bytes);
