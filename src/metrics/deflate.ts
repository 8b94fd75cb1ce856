import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, type ZlibOptions } from 'node:zlib';
import { combineCrc32 } from './crc32.ts';
import type { Piece } from './piece.ts';

const compress = promisify<Uint8Array, ZlibOptions, Buffer>(deflateRaw);

/** A stretch of a body, compressed on its own: stretches can follow each other in one gzip member. */
interface Stretch {
  readonly pieces: readonly Piece[];
  readonly compressed: Uint8Array;
  /** CRC-32 and number of the bytes before compression. */
  readonly crc: number;
  readonly length: number;
}

/** Small pieces are compressed together up to this many bytes: below it, a stretch of its own costs more than it saves. */
const stretchBytes = 128 * 1024;

const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);
/** An empty last block: what ends the compressed data. */
const lastBlock = Buffer.from([0x03, 0x00]);

/**
 * Compresses bodies made of pieces, and keeps what it compressed for as long as the pieces live: of a body of which little has
 * changed, only that little is compressed again. Works off the event loop.
 */
export class PieceCompressor {
  /** By the largest piece of the stretch. */
  private readonly known = new WeakMap<Piece, Stretch>();

  /** One gzip member of the pieces, as buffers to send one after another. `breaks`: indices at which a new stretch must begin. */
  async gzip(pieces: readonly Piece[], breaks: ReadonlySet<number>): Promise<Uint8Array[]> {
    const parts: Uint8Array[] = [gzipHeader];
    let crc = 0;
    let length = 0;
    for (const group of groupPieces(pieces, breaks)) {
      const stretch = await this.compress(group);
      parts.push(stretch.compressed);
      crc = combineCrc32(crc, stretch.crc, stretch.length);
      length += stretch.length;
    }
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(crc, 0);
    trailer.writeUInt32LE(length % 0x1_0000_0000, 4);
    return [...parts, lastBlock, trailer];
  }

  private async compress(pieces: readonly Piece[]): Promise<Stretch> {
    const key = pieces.reduce((a, b) => (b.bytes.length > a.bytes.length ? b : a));
    const known = this.known.get(key);
    if (known !== undefined && isSame(known.pieces, pieces)) return known;
    const bytes = pieces.length === 1 ? key.bytes : Buffer.concat(pieces.map((piece) => piece.bytes));
    const compressed = await compress(bytes, {
      level: 1,
      finishFlush: constants.Z_FULL_FLUSH,
      chunkSize: Math.max(4096, Math.min(1024 * 1024, bytes.length >>> 2)),
    });
    const stretch = { pieces, compressed, crc: crc32(bytes), length: bytes.length };
    this.known.set(key, stretch);
    return stretch;
  }
}

const isSame = (a: readonly Piece[], b: readonly Piece[]): boolean =>
  a.length === b.length && a.every((piece, index) => piece === b[index]);

/** Neighbours together up to the size of a stretch; a large piece stays alone, so that it can be reused alone. */
const groupPieces = (pieces: readonly Piece[], breaks: ReadonlySet<number>): Piece[][] => {
  const groups: Piece[][] = [];
  let group: Piece[] = [];
  let size = 0;
  const close = (): void => {
    if (group.length > 0) groups.push(group);
    group = [];
    size = 0;
  };
  for (const [index, piece] of pieces.entries()) {
    const isLarge = piece.bytes.length >= stretchBytes / 2;
    if (isLarge || breaks.has(index) || size + piece.bytes.length > stretchBytes) close();
    group.push(piece);
    size += piece.bytes.length;
    if (isLarge) close();
  }
  close();
  return groups;
};
