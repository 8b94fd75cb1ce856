import type { FamilySamples } from './batch.ts';
import { ByteWriter } from './byte-writer.ts';
import type { FamilyDefinition } from './family.ts';
import { canonicalLabels, escapeLabelValue } from './labels.ts';
import { LineWriter } from './line-writer.ts';
import type { Piece } from './piece.ts';
import type { RenderedFamily } from './rendered-family.ts';
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
  /** Whether to keep the lines compressed. */
  readonly pack: boolean;
  /** Lines of a piece; the same as before. */
  readonly pieceLines: number;
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
    const before = taken === null && request.before?.isWhole === true ? request.before : null;
    const check = index.start(samples, before?.samples ?? null);
    const lines = new LineWriter(writer, request, before);
    for (let at = 0; at < samples.length; at++) {
      if (at > 0 && at % runLength === 0) yield;
      const isSecond = check && !index.add(at, samples.end(at - 1), samples.end(at));
      if (isSecond || taken?.has(canonicalLabels(sampleLabels(samples, at))) === true) leaveOut(request, at);
      else lines.add(at);
    }
    if (check && lines.count === samples.length) index.finishDistinct();
    return lines.finish();
  }

  /** To be called after the last family: gives memory back, and lets go of the samples. */
  rest(): void {
    this.writer.shrink(1024 * 1024);
    this.index.reset();
  }
}

const leaveOut = ({ tower, family, samples, onDuplicate }: RenderRequest, index: number): void => {
  const labels = sampleLabels(samples, index);
  const first = `tower="${escapeLabelValue(tower)}"`;
  onDuplicate(family, `{${labels === '' ? first : `${first},${labels}`}}`);
};

/** The canonical labels (without `tower`) of every series in a piece. */
export const seriesOf = (piece: Piece): string[] => {
  const found: string[] = [];
  for (const line of new TextDecoder().decode(piece.bytes).split('\n')) {
    const labels = /^[^{]*\{tower="(?:[^"\\]|\\.)*",?(.*)\} \S+$/s.exec(line)?.[1];
    if (labels !== undefined) found.push(canonicalLabels(labels));
  }
  return found;
};
