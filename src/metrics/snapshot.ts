import type { SampleBatch } from './batch.ts';
import { type CollectorName, collectorNames, type FamilyDefinition } from './family.ts';
import type { FamilyPieces, Piece } from './piece.ts';
import type { RenderedFamily } from './rendered-family.ts';
import { Renderer, seriesOf } from './renderer.ts';
import { runInSlices } from './slices.ts';

export interface SnapshotOptions {
  /** Told of every sample that was dropped because its series was there already; `labels` is `{tower="…",…}`. */
  readonly onDuplicate?: (family: FamilyDefinition, labels: string) => void;
  /** How long rendering may hold the event loop at a time, in milliseconds. */
  readonly sliceMs?: number;
  /**
   * Batches of more samples than this are kept compressed: as text they would take ten times the memory, and twice so while they
   * change.
   */
  readonly packAbove?: number;
  /** Lines that are compressed, and compressed again, together. */
  readonly pieceLines?: number;
}

/** What one collector of one tower has published: rendered lines by family name. */
type Rendered = ReadonlyMap<string, RenderedFamily>;

/**
 * The current samples of every tower and collector as rendered bytes. Publishing renders; reading hands out what is there, so a
 * scrape is a look-up. Large publishes are rendered in slices between which the event loop runs, and swapped in whole.
 */
export class Snapshot {
  private readonly onDuplicate: (family: FamilyDefinition, labels: string) => void;
  private readonly sliceMs: number;
  private readonly packAbove: number;
  private readonly pieceLines: number;
  private readonly towers = new Map<string, Map<CollectorName, Rendered>>();
  private readonly definitions = new Map<string, FamilyDefinition>();
  /** The latest wish for each tower and collector: a render whose ticket is no longer here has been overtaken. */
  private readonly tickets = new Map<string, Map<CollectorName, object>>();
  private readonly listeners = new Set<() => void>();
  private readonly renderer = new Renderer();
  private queue: Promise<void> | null = null;
  private turns = 0;
  private views = new Map<string | undefined, readonly FamilyPieces[]>();
  private changes = 0;

  constructor(options: SnapshotOptions = {}) {
    this.onDuplicate = options.onDuplicate ?? (() => {});
    this.sliceMs = options.sliceMs ?? 5;
    this.packAbove = options.packAbove ?? 50_000;
    this.pieceLines = options.pieceLines ?? 1024;
  }

  /** Grows by one whenever what a scrape would show has changed. */
  get version(): number {
    return this.changes;
  }

  /**
   * Replaces what the collector last published for the tower. A small batch is in place when this returns; the promise says
   * true once the batch is current, or false when a later publish or withdrawal overtook it.
   */
  publish(tower: string, collector: CollectorName, batch: SampleBatch): Promise<boolean> {
    const ticket = {};
    const tickets = this.tickets.get(tower) ?? new Map<CollectorName, object>();
    tickets.set(collector, ticket);
    this.tickets.set(tower, tickets);
    const isCurrent = (): boolean => this.tickets.get(tower)?.get(collector) === ticket;
    // One render at a time: they share a buffer, and two at once would finish no sooner.
    const render = (): Promise<boolean> => runInSlices(this.render(tower, collector, batch, isCurrent), this.sliceMs);
    const done = this.queue === null ? render() : this.queue.then(render);
    this.follow(done);
    return done;
  }

  /** Takes away everything the collector published for the tower, a publish still under way included. */
  withdraw(tower: string, collector: CollectorName): void {
    this.tickets.get(tower)?.delete(collector);
    if (this.towers.get(tower)?.delete(collector) === true) this.changed();
  }

  /** Takes away everything of the tower. */
  removeTower(tower: string): void {
    this.tickets.delete(tower);
    if (this.towers.delete(tower)) this.changed();
  }

  /** Calls the listener after every change, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** Every family that has samples, of all towers or of one, by collector and name; towers in order of name. */
  families(tower?: string): readonly FamilyPieces[] {
    const known = this.views.get(tower);
    if (known !== undefined) return known;
    const pieces = new Map<string, Piece[]>();
    for (const name of tower === undefined ? [...this.towers.keys()].sort() : [tower]) {
      for (const collector of collectorNames) {
        for (const [family, rendered] of this.towers.get(name)?.get(collector) ?? []) {
          const list = pieces.get(family) ?? [];
          pieces.set(family, list);
          for (const { piece } of rendered.pieces) list.push(piece);
        }
      }
    }
    const view: FamilyPieces[] = [];
    for (const family of [...this.definitions.values()].sort(byCollectorAndName)) {
      const found = pieces.get(family.name);
      if (found !== undefined) view.push({ family, pieces: found });
    }
    this.views.set(tower, view);
    return view;
  }

  /** Makes later publishes wait for this one, whatever becomes of it. */
  private follow(done: Promise<unknown>): void {
    const turn = ++this.turns;
    this.queue = (async (): Promise<void> => {
      try {
        await done;
      } catch {
        // Whoever published hears of it; the next publish must not.
      }
      if (this.turns === turn) this.queue = null;
    })();
  }

  private changed(): void {
    this.changes++;
    this.views = new Map();
    for (const listener of this.listeners) listener();
  }

  private *render(
    tower: string,
    collector: CollectorName,
    batch: SampleBatch,
    isCurrent: () => boolean,
  ): Generator<void, boolean> {
    const { renderer, onDuplicate, pieceLines } = this;
    const before = this.towers.get(tower)?.get(collector);
    const rendered = new Map<string, RenderedFamily>();
    const pack = sizeOf(batch) > this.packAbove;
    try {
      for (const [definition, samples] of batch.families) {
        if (!isCurrent()) return false;
        const family = this.definitions.get(definition.name) ?? definition;
        this.definitions.set(family.name, family);
        const taken = this.seriesElsewhere(tower, collector, family.name);
        const old = before?.get(family.name) ?? null;
        const now = yield* renderer.render({
          tower,
          family,
          samples,
          before: old,
          taken,
          onDuplicate,
          pack,
          pieceLines,
        });
        if (now !== null) rendered.set(family.name, now);
        yield;
      }
    } finally {
      renderer.rest();
    }
    if (!isCurrent()) return false;
    const collectors = this.towers.get(tower) ?? new Map<CollectorName, Rendered>();
    collectors.set(collector, rendered);
    this.towers.set(tower, collectors);
    if (before === undefined || !isSameRendering(before, rendered)) this.changed();
    return true;
  }

  /** The series of the family that the tower's other collectors hold, or null in the usual case that there are none. */
  private seriesElsewhere(tower: string, collector: CollectorName, family: string): ReadonlySet<string> | null {
    let found: Set<string> | null = null;
    for (const [other, rendered] of this.towers.get(tower) ?? []) {
      if (other === collector) continue;
      for (const { piece } of rendered.get(family)?.pieces ?? []) {
        found ??= new Set();
        for (const series of seriesOf(piece)) found.add(series);
      }
    }
    return found;
  }
}

const sizeOf = ({ families }: SampleBatch): number => {
  let size = 0;
  for (const samples of families.values()) size += samples.length;
  return size;
};

const isSameRendering = (a: Rendered, b: Rendered): boolean => {
  if (a.size !== b.size) return false;
  for (const [family, { pieces }] of a) {
    const others = b.get(family)?.pieces;
    if (others?.length !== pieces.length) return false;
    for (const [index, { piece }] of pieces.entries()) if (others[index]?.piece !== piece) return false;
  }
  return true;
};

const rank = (family: FamilyDefinition): number => {
  const index = collectorNames.findIndex((name) => name === family.collector);
  return index === -1 ? collectorNames.length : index;
};

const byCollectorAndName = (a: FamilyDefinition, b: FamilyDefinition): number =>
  rank(a) - rank(b) || (a.name < b.name ? -1 : 1);
