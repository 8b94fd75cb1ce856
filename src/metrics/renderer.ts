import type { FamilySamples } from './batch.ts';
import { ByteWriter } from './byte-writer.ts';
import type { FamilyDefinition } from './family.ts';
import { canonicalLabels, escapeLabelValue } from './labels.ts';
import type { Piece } from './piece.ts';
import { SeriesIndex, sampleLabels } from './series-index.ts';

/** What is rendered: the samples of one family of one tower. */
export interface RenderRequest {
  readonly tower: string;
  readonly family: FamilyDefinition;
  readonly samples: FamilySamples;
  /** Canonical labels of series that others hold already, or null for none. */
  readonly taken: ReadonlySet<string> | null;
  /** Told of each sample that is left out because its series is there already, with its labels as `{tower="…",…}`. */
  readonly onDuplicate: (family: FamilyDefinition, labels: string) => void;
}

/** Samples between two looks at the clock. */
const runLength = 256;

/** Turns samples into the bytes of their lines. Keeps its buffers from one family to the next: one render at a time. */
export class Renderer {
  private readonly writer = new ByteWriter();
  private readonly index = new SeriesIndex();

  /**
   * Renders one family. Yields now and then, so that the caller may let others run; returns how many lines were written.
   * `bytes()` is valid from then to the next render.
   */
  *render(request: RenderRequest): Generator<void, number> {
    const { samples } = request;
    const prefix = Buffer.from(`${request.family.name}{tower="${escapeLabelValue(request.tower)}"`);
    this.writer.reset();
    const check = this.index.start(samples);
    let lines = 0;
    for (let from = 0; from < samples.length; from += runLength) {
      if (from > 0) yield;
      lines += this.renderRun(request, prefix, from, Math.min(from + runLength, samples.length), check);
    }
    if (check && lines === samples.length) this.index.finishDistinct();
    return lines;
  }

  /** The lines that were rendered last, without a copy. */
  bytes(): Uint8Array {
    return this.writer.view();
  }

  /** To be called after the last family: gives memory back, and lets go of the samples. */
  rest(): void {
    this.writer.shrink(16 * 1024 * 1024);
    this.index.reset();
  }

  private renderRun(request: RenderRequest, prefix: Uint8Array, first: number, end: number, check: boolean): number {
    const { writer, index } = this;
    const { samples, taken } = request;
    const { blocks, ends, values } = samples;
    let lines = 0;
    let from = first === 0 ? 0 : (ends[first - 1] ?? 0);
    for (let at = first; at < end; at++) {
      const to = ends[at] ?? from;
      const isFirst = !check || index.add(at, from, to);
      if (isFirst && taken?.has(canonicalLabels(sampleLabels(samples, at))) !== true) {
        writer.append(prefix);
        for (; from < to; from++) {
          const block = blocks[from];
          if (block !== undefined) writer.appendLabels(block);
        }
        writer.finishSample(values[at] ?? Number.NaN);
        lines++;
      } else {
        const labels = sampleLabels(samples, at);
        const tower = `tower="${escapeLabelValue(request.tower)}"`;
        request.onDuplicate(request.family, `{${labels === '' ? tower : `${tower},${labels}`}}`);
      }
      from = to;
    }
    return lines;
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
