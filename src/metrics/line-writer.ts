import type { FamilySamples } from './batch.ts';
import type { ByteWriter } from './byte-writer.ts';
import { escapeLabelValue } from './labels.ts';
import { LineMatcher } from './line-matcher.ts';
import { packedPiece, type Piece, plainPiece } from './piece.ts';
import type { RenderedFamily, RenderedPiece } from './rendered-family.ts';
import type { RenderRequest } from './renderer.ts';

/** The lines of one family, cut into pieces: written anew, or taken over from before in runs as long as possible. */
export class LineWriter {
  private readonly writer: ByteWriter;
  private readonly samples: FamilySamples;
  private readonly prefix: Uint8Array;
  private readonly pack: boolean;
  private readonly pieceLines: number;
  private readonly before: RenderedFamily | null;
  private readonly matcher: LineMatcher | null;
  private readonly pieces: RenderedPiece[] = [];
  /** Lines so far. */
  count = 0;
  /** Of the piece at hand. */
  private readonly offsets: Uint32Array;
  private lines = 0;
  /** The run of lines that are as before and not written yet: its first one among the old lines and among the samples. */
  private runFrom = 0;
  private runIndex = 0;
  private runLength = 0;

  constructor(
    writer: ByteWriter,
    { tower, family, samples, pack, pieceLines }: RenderRequest,
    before: RenderedFamily | null,
  ) {
    this.writer = writer;
    this.samples = samples;
    this.prefix = Buffer.from(`${family.name}{tower="${escapeLabelValue(tower)}"`);
    this.pack = pack;
    this.pieceLines = pieceLines;
    this.offsets = new Uint32Array(pieceLines + 1);
    this.before = before;
    this.matcher = before === null ? null : new LineMatcher(before.samples, samples);
    writer.reset();
  }

  /** Adds the line of a sample; samples come in order. */
  add(index: number): void {
    const old = this.matcher?.find(index) ?? -1;
    if (old >= 0) {
      const { runFrom, runIndex, runLength } = this;
      if (old !== runFrom + runLength || index !== runIndex + runLength) this.flush();
      if (this.runLength === 0) {
        this.runFrom = old;
        this.runIndex = index;
      }
      this.runLength++;
    } else {
      this.flush();
      this.write(index, this.lines);
    }
    this.lines++;
    this.count++;
    if (this.lines === this.pieceLines) this.cut();
  }

  /** What has become of all samples; null when no line remains. */
  finish(): RenderedFamily | null {
    const { samples, pieces, count } = this;
    if (this.lines > 0) this.cut();
    return count === 0 ? null : { samples, pieces, isWhole: count === samples.length };
  }

  private write(index: number, line: number): void {
    const { writer, samples } = this;
    this.offsets[line] = writer.length;
    writer.append(this.prefix);
    const to = samples.end(index);
    for (let at = samples.end(index - 1); at < to; at++) {
      const block = samples.blocks[at];
      if (block !== undefined) writer.appendLabels(block);
    }
    writer.finishSample(samples.values[index] ?? Number.NaN);
  }

  /** Writes the run, which stands right before the line to come. */
  private flush(): void {
    for (let line = this.lines - this.runLength; this.runLength > 0; ) {
      const old = this.before?.pieces[Math.floor(this.runFrom / this.pieceLines)];
      const first = this.runFrom % this.pieceLines;
      const lines = Math.min(this.runLength, this.pieceLines - first);
      if (old === undefined || old.offsets === null) {
        for (let next = 0; next < lines; next++) this.write(this.runIndex + next, line + next);
      } else this.copy(old.piece, old.offsets, first, lines, line);
      line += lines;
      this.runFrom += lines;
      this.runIndex += lines;
      this.runLength -= lines;
    }
  }

  private copy({ bytes }: Piece, offsets: Uint32Array, first: number, lines: number, line: number): void {
    const { writer } = this;
    const begin = offsets[first] ?? 0;
    for (let next = 0; next < lines; next++) {
      this.offsets[line + next] = writer.length + (offsets[first + next] ?? 0) - begin;
    }
    writer.append(bytes.subarray(begin, offsets[first + lines]));
  }

  /** Ends the piece at hand. One that is as before is taken over, and with it whatever was made from it (compressed bytes). */
  private cut(): void {
    const { writer, lines } = this;
    const old = this.before?.pieces[Math.floor(this.runFrom / this.pieceLines)];
    const isAsBefore = this.runLength === lines && this.runFrom % this.pieceLines === 0 && old?.piece.samples === lines;
    if (isAsBefore && old !== undefined) this.pieces.push(old);
    else {
      this.flush();
      this.offsets[lines] = writer.length;
      const piece = this.make(writer.view(), lines);
      this.pieces.push({ piece, offsets: piece.packed === null ? this.offsets.slice(0, lines + 1) : null });
    }
    writer.reset();
    this.runLength = 0;
    this.lines = 0;
  }

  private make(bytes: Uint8Array, lines: number): Piece {
    const old = this.before?.pieces[this.pieces.length]?.piece ?? null;
    if (this.pack) {
      const piece = packedPiece(bytes, lines);
      return isSame(old?.packed?.compressed, piece.packed?.compressed) && old !== null ? old : piece;
    }
    return old !== null && old.packed === null && isSame(old.bytes, bytes)
      ? old
      : plainPiece(Buffer.from(bytes), lines);
  }
}

const isSame = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
