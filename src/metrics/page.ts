import { PieceCompressor } from './deflate.ts';
import { type Format, familyHeader, trailers } from './exposition.ts';
import type { OwnRendering } from './own-registry.ts';
import { type FamilyPieces, type Piece, plainPiece } from './piece.ts';
import type { Snapshot } from './snapshot.ts';

/** A body ready to send: its parts one after another, `length` bytes together. Never changed once made. */
export interface Body {
  /** A body of one part is sent fastest. Others may be made while they are gone through: going through them again makes them again. */
  readonly parts: Iterable<Uint8Array>;
  /** The one part, or null when there are several. */
  readonly whole: Uint8Array | null;
  readonly length: number;
}

/** Bodies up to this many bytes are one buffer, which is sent fastest; larger ones are sent from where their parts lie. */
const joinedBytes = 4 * 1024 * 1024;

/** All encodings of one state of the page; each is made when it is first asked for. */
interface Edition {
  readonly own: OwnRendering;
  readonly bodies: Map<string, Body | Promise<Body>>;
}

/**
 * The `/metrics` and `/probe` pages: the towers' samples from the snapshot and the exporter's own behind them. Bodies are kept
 * until something changes. Asking costs no look at a tower; what is not compressed already is compressed off the event loop.
 */
export class MetricsPage {
  private readonly snapshot: Snapshot;
  private readonly renderOwn: () => OwnRendering | Promise<OwnRendering>;
  private readonly compressor = new PieceCompressor();
  private readonly headers = new Map<string, Piece>();
  /** By tower; undefined for the page of all. */
  private readonly editions = new Map<string | undefined, Edition>();

  constructor(snapshot: Snapshot, renderOwn: () => OwnRendering | Promise<OwnRendering>) {
    this.snapshot = snapshot;
    this.renderOwn = renderOwn;
    // What is out of date is let go at once: of a large page it is much memory.
    snapshot.onChange(() => this.editions.clear());
  }

  /**
   * The page of all towers, or (for `/probe`) of one: its series and the exporter's own that are about it. At once when it is
   * there already, which costs the least.
   */
  body(format: Format, encoding: 'identity' | 'gzip', tower?: string): Body | Promise<Body> {
    const own = this.renderOwn();
    if (own instanceof Promise) return own.then((rendering) => this.bodyOf(rendering, format, encoding, tower));
    return this.bodyOf(own, format, encoding, tower);
  }

  private bodyOf(
    own: OwnRendering,
    format: Format,
    encoding: 'identity' | 'gzip',
    tower: string | undefined,
  ): Body | Promise<Body> {
    let edition = this.editions.get(tower);
    if (edition?.own !== own) {
      edition = { own, bodies: new Map() };
      this.editions.set(tower, edition);
    }
    const { bodies } = edition;
    const key = encoding === 'gzip' ? (format === 'text' ? 'text gzip' : 'openmetrics gzip') : format;
    const known = bodies.get(key);
    if (known !== undefined) return known;
    const making = this.make(format, encoding, tower, own).then((body) => {
      bodies.set(key, body);
      return body;
    });
    bodies.set(key, making);
    return making;
  }

  /** Drops what is kept for towers that the configuration no longer has. */
  retainTowers(names: ReadonlySet<string>): void {
    for (const tower of this.editions.keys()) if (tower !== undefined && !names.has(tower)) this.editions.delete(tower);
  }

  private async make(
    format: Format,
    encoding: 'identity' | 'gzip',
    tower: string | undefined,
    own: OwnRendering,
  ): Promise<Body> {
    const towers = this.snapshot.families(tower);
    const pieces = this.withHeaders(towers, format);
    const ownStart = pieces.length;
    pieces.push(...this.withHeaders(tower === undefined ? own.all : own.of(tower), format));
    if (trailers[format] !== '') pieces.push(plainPiece(Buffer.from(trailers[format])));
    // The own metrics change all the time and must not cost the towers' neighbours their compressed bytes.
    if (encoding === 'gzip')
      return bodyOf((await this.compressor.gzip(pieces, new Set([ownStart]))).map((part) => plainPiece(part)));
    return bodyOf(pieces);
  }

  private withHeaders(families: readonly FamilyPieces[], format: Format): Piece[] {
    return families.flatMap(({ family, pieces }) => {
      const key = `${format} ${family.name}`;
      let header = this.headers.get(key);
      if (header === undefined) {
        header = plainPiece(Buffer.from(familyHeader(family, format)));
        this.headers.set(key, header);
      }
      return [header, ...pieces];
    });
  }
}

const bodyOf = (pieces: readonly Piece[]): Body => {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length > joinedBytes) return { parts: { [Symbol.iterator]: () => bytesOf(pieces) }, whole: null, length };
  const whole = Buffer.concat(
    pieces.map((piece) => piece.bytes),
    length,
  );
  return { parts: [whole], whole, length };
};

/** One after another, so that packed pieces need not be unpacked all at once. */
function* bytesOf(pieces: readonly Piece[]): Generator<Uint8Array, void> {
  for (const piece of pieces) yield piece.bytes;
}
