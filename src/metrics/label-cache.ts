import { extendBlock, type LabelBlock, labelBlock } from './labels.ts';

interface Identified {
  readonly id: string;
}

/** One kind of labels that an object is given, such as who it is, or what is said of it once. */
export interface LabelKind<T extends Identified> {
  readonly names: readonly string[];
  /** The values, as many as there are names. */
  readonly values: (object: T) => readonly string[];
}

interface Known {
  object: object;
  parent: LabelBlock | null;
  values: readonly string[];
  block: LabelBlock;
  /** The latest run that asked for it. */
  run: number;
}

/**
 * Label blocks of objects from one run to the next: names and ids hardly ever change, so blocks are escaped and hashed once, and
 * whoever compares two runs' samples finds the same blocks in them. What a run does not ask for is forgotten in time.
 */
export class LabelCache {
  private readonly known = new Map<object, Map<string, Known>>();
  private run = 0;
  private asked = 0;
  private size = 0;

  /** To be called before each run. */
  begin(): void {
    // When half of what is there was of no use to the run before.
    if (this.size > 2 * this.asked) this.forget();
    this.run++;
    this.asked = 0;
  }

  /** How many blocks are kept. */
  get kept(): number {
    return this.size;
  }

  /** The object's block of the kind, behind the labels of `parent`. There is one block of a kind for each id. */
  block<T extends Identified>(kind: LabelKind<T>, object: T, parent: LabelBlock | null = null): LabelBlock {
    let blocks = this.known.get(kind);
    if (blocks === undefined) {
      blocks = new Map();
      this.known.set(kind, blocks);
    }
    const known = blocks.get(object.id);
    if (known === undefined) {
      const values = kind.values(object);
      const block = blockOf(parent, kind.names, values);
      blocks.set(object.id, { object, parent, values, block, run: this.run });
      this.asked++;
      this.size++;
      return block;
    }
    if (known.run !== this.run) {
      this.asked++;
      known.run = this.run;
    }
    if (known.object === object && known.parent === parent) return known.block;
    const values = kind.values(object);
    known.object = object;
    if (known.parent === parent && isSame(known.values, values)) return known.block;
    known.parent = parent;
    known.values = values;
    known.block = blockOf(parent, kind.names, values);
    return known.block;
  }

  private forget(): void {
    for (const blocks of this.known.values()) {
      for (const [id, { run }] of blocks) {
        if (run === this.run) continue;
        blocks.delete(id);
        this.size--;
      }
    }
  }
}

const blockOf = (parent: LabelBlock | null, names: readonly string[], values: readonly string[]): LabelBlock => {
  const labels = Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
  return parent === null ? labelBlock(labels) : extendBlock(parent, labels);
};

const isSame = (a: readonly string[], b: readonly string[]): boolean => {
  for (let index = 0; index < b.length; index++) if (a[index] !== b[index]) return false;
  return true;
};
