import { promisify } from 'node:util';
import { crc32, deflateRaw, type ZlibOptions } from 'node:zlib';
import { combineCrc32 } from './crc32.ts';
import { exact, type Packed, packing, type Piece } from './piece.ts';

const compress = promisify<Uint8Array, ZlibOptions, Buffer>(deflateRaw);

/** Pieces that were compressed together. */
interface Stretch extends Packed {
  readonly pieces: readonly Piece[];
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

  private async compress(pieces: readonly Piece[]): Promise<Packed> {
    const key = pieces.reduce((a, b) => (b.length > a.length ? b : a));
    if (pieces.length === 1 && key.packed !== null) return key.packed;
    const known = this.known.get(key);
    if (known !== undefined && isSame(known.pieces, pieces)) return known;
    const bytes = pieces.length === 1 ? key.bytes : Buffer.concat(pieces.map((piece) => piece.bytes));
    const compressed = exact(await compress(bytes, packing(bytes.length)));
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
    const isLarge = piece.length >= stretchBytes / 2 || piece.packed !== null;
    if (isLarge || breaks.has(index) || size + piece.length > stretchBytes) close();
    group.push(piece);
    size += piece.length;
    if (isLarge) close();
  }
  close();
  return groups;
};
