import type { FamilySamples } from './batch.ts';
import { ByteWriter } from './byte-writer.ts';
import type { FamilyDefinition } from './family.ts';
import { canonicalLabels, escapeLabelValue } from './labels.ts';
import { LineMatcher } from './line-matcher.ts';
import type { Piece } from './piece.ts';
import { SeriesIndex, sampleLabels } from './series-index.ts';

/** What is rendered: the samples of one family of one tower. */
export interface RenderRequest {
  readonly tower: string;
  readonly family: FamilyDefinition;
  readonly samples: FamilySamples;
  /** What the family was rendered to before, for the same tower; null when it was not. */
  readonly before: RenderedFamily | null;
  /** Canonical labels of series that others hold already, or null for none. */
  readonly taken: ReadonlySet<string> | null;
  /** Told of each sample that is left out because its series is there already, with its labels as `{tower="…",…}`. */
  readonly onDuplicate: (family: FamilyDefinition, labels: string) => void;
}

/** A family's lines, with what the next rendering has to know to take over those that are the same again. */
export interface RenderedFamily {
  readonly piece: Piece;
  readonly samples: FamilySamples;
  /** Where the line of each sample begins, and the end of the last; null when some samples have none. */
  readonly offsets: Uint32Array | null;
}

/** Samples between two looks at the clock. */
const runLength = 256;

/** Turns samples into the bytes of their lines. Keeps its buffers from one family to the next: one render at a time. */
export class Renderer {
  private readonly writer = new ByteWriter();
  private readonly index = new SeriesIndex();

  /**
   * Renders one family; null when no line remains. Yields now and then, so that the caller may let others run. Lines of samples
   * whose blocks (the same objects) and values are as before are copied, and a family of only such lines keeps its piece.
   */
  *render(request: RenderRequest): Generator<void, RenderedFamily | null> {
    const { samples, taken } = request;
    const { writer, index } = this;
    const before = taken === null && request.before?.offsets !== null ? request.before : null;
    const prefix = Buffer.from(`${request.family.name}{tower="${escapeLabelValue(request.tower)}"`);
    const check = index.start(samples, before?.samples ?? null);
    writer.reset();
    const lines = new Lines(writer, samples, before);
    for (let at = 0; at < samples.length; at++) {
      if (at > 0 && at % runLength === 0) yield;
      const isSecond = check && !index.add(at, samples.end(at - 1), samples.end(at));
      if (isSecond || taken?.has(canonicalLabels(sampleLabels(samples, at))) === true) leaveOut(request, at);
      else lines.add(at, prefix);
    }
    if (check && lines.count === samples.length) index.finishDistinct();
    return lines.finish();
  }

  /** To be called after the last family: gives memory back, and lets go of the samples. */
  rest(): void {
    this.writer.shrink(16 * 1024 * 1024);
    this.index.reset();
  }
}

const leaveOut = ({ tower, family, samples, onDuplicate }: RenderRequest, index: number): void => {
  const labels = sampleLabels(samples, index);
  const first = `tower="${escapeLabelValue(tower)}"`;
  onDuplicate(family, `{${labels === '' ? first : `${first},${labels}`}}`);
};

/** The lines of one family: written anew, or copied from before in runs as long as possible. */
class Lines {
  count = 0;
  private readonly writer: ByteWriter;
  private readonly samples: FamilySamples;
  private readonly before: RenderedFamily | null;
  private readonly matcher: LineMatcher | null;
  private readonly offsets: Uint32Array;
  /** The run of old lines that is still to be copied: its first one, and how many there are. */
  private runFrom = 0;
  private runLength = 0;

  constructor(writer: ByteWriter, samples: FamilySamples, before: RenderedFamily | null) {
    this.writer = writer;
    this.samples = samples;
    this.before = before;
    this.matcher = before === null ? null : new LineMatcher(before.samples, samples);
    this.offsets = new Uint32Array(samples.length + 1);
  }

  add(index: number, prefix: Uint8Array): void {
    const old = this.matcher?.find(index) ?? -1;
    if (old >= 0) {
      if (old !== this.runFrom + this.runLength) this.copy();
      if (this.runLength === 0) this.runFrom = old;
      this.runLength++;
    } else {
      this.copy();
      this.write(index, prefix);
    }
    this.count++;
  }

  finish(): RenderedFamily | null {
    const { writer, samples, before, offsets, count } = this;
    if (count === 0) return null;
    const isWhole = count === samples.length;
    if (before !== null && isWhole && this.runLength === before.samples.length && this.runLength === count) {
      return { piece: before.piece, samples, offsets: before.offsets };
    }
    this.copy();
    offsets[count] = writer.length;
    return {
      piece: { bytes: Buffer.from(writer.view()), samples: count },
      samples,
      offsets: isWhole ? offsets : null,
    };
  }

  private write(index: number, prefix: Uint8Array): void {
    const { writer, samples } = this;
    this.offsets[this.count] = writer.length;
    writer.append(prefix);
    const to = samples.end(index);
    for (let at = samples.end(index - 1); at < to; at++) {
      const block = samples.blocks[at];
      if (block !== undefined) writer.appendLabels(block);
    }
    writer.finishSample(samples.values[index] ?? Number.NaN);
  }

  /** Copies the run, which stands right before the line to come. */
  private copy(): void {
    const { writer, runFrom, runLength } = this;
    if (runLength === 0 || this.before === null) return;
    const { piece, offsets } = this.before;
    const begin = offsets?.[runFrom] ?? 0;
    const first = this.count - runLength;
    for (let line = 0; line < runLength; line++) {
      this.offsets[first + line] = writer.length + (offsets?.[runFrom + line] ?? 0) - begin;
    }
    writer.append(piece.bytes.subarray(begin, offsets?.[runFrom + runLength]));
    this.runLength = 0;
  }
}

/** The canonical labels (without `tower`) of every series in a piece. */
export const seriesOf = (piece: Piece): string[] => {
  const found: string[] = [];
  for (const line of new TextDecoder().decode(piece.bytes).split('\n')) {
    const labels = /^[^{]*\{tower="(?:[^"\\]|\\.)*",?(.*)\} \S+$/s.exec(line)?.[1];
    if (labels !== undefined) found.push(canonicalLabels(labels));
  }
  return found;
};
