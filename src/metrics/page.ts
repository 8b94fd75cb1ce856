import { PieceCompressor } from './deflate.ts';
import { type Format, familyHeader, trailers } from './exposition.ts';
import type { OwnRendering } from './own-registry.ts';
import type { FamilyPieces, Piece } from './piece.ts';
import type { Snapshot } from './snapshot.ts';

/** A body ready to send: its parts one after another, `length` bytes together. Never changed once made. */
export interface Body {
  readonly parts: readonly Uint8Array[];
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
 * until something changes. Asking costs no look at a tower, and compression runs off the event loop.
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
    if (trailers[format] !== '') pieces.push({ bytes: Buffer.from(trailers[format]), samples: 0 });
    // The own metrics change all the time and must not cost the towers' neighbours their compressed bytes.
    if (encoding === 'gzip') return joined(await this.compressor.gzip(pieces, new Set([ownStart])));
    return joined(pieces.map((piece) => piece.bytes));
  }

  private withHeaders(families: readonly FamilyPieces[], format: Format): Piece[] {
    return families.flatMap(({ family, pieces }) => {
      const key = `${format} ${family.name}`;
      let header = this.headers.get(key);
      if (header === undefined) {
        header = { bytes: Buffer.from(familyHeader(family, format)), samples: 0 };
        this.headers.set(key, header);
      }
      return [header, ...pieces];
    });
  }
}

const joined = (parts: readonly Uint8Array[]): Body => {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return { parts: length <= joinedBytes ? [Buffer.concat(parts, length)] : parts, length };
};
