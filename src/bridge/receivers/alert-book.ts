import type { BridgeAlert, DeliveryStore, Transition } from '../store/types.ts';
import type { Selection } from './relabel.ts';

/** What the Alertmanagers of one receiver are to believe of one label set. */
export interface BookEntry {
  readonly fingerprint: string;
  state: 'firing' | 'resolved';
  /** As it is sent: relabelled, content as of the latest look at the store. */
  alert: BridgeAlert;
  /** The alerts under this label set as the store has them: relabelling may make several that fire into one. */
  sources: readonly BridgeAlert[];
  /** The tower that resolved it; '' while it fires, and of the bridge's own. */
  tower: string;
  /** The `seq` of its latest transition; 0 when it was there before the book was opened. */
  version: number;
  /** When the latest transition came, or the alert was first seen: the start of the delivery delay. Milliseconds since the epoch. */
  since: number;
}

/** Told of every change that is read, in order: a reader of the book that keeps its own progress. */
export interface BookReader {
  /** The cursor from which it needs to be told. */
  readonly cursor: number;
  changed(entry: BookEntry, seq: number): void;
  /** The label set is of no concern any more: nothing is sent for it. */
  dropped(fingerprint: string): void;
}

interface Change {
  readonly seq: number;
  readonly fingerprint: string;
  readonly at: number;
}

/** Small, so that ten thousand alerts are not read into memory twice at a cold start. */
const page = 200;

/**
 * The wanted state by label set, the latest wins. What fires is what the store says fires; what ended is learnt from
 * transitions, because nothing may be resolved for the mere reason that it is gone.
 */
export class AlertBook {
  readonly entries = new Map<string, BookEntry>();
  readonly #store: DeliveryStore;
  readonly #selection: Selection;
  readonly #readers: readonly BookReader[];
  /** What fired when the entries were last made from it. */
  #firing: readonly BridgeAlert[] | null = null;
  /** Transitions that were read and that the readers have not been told of. */
  #untold: Change[] = [];
  #readSeq = 0;

  constructor(store: DeliveryStore, selection: Selection, readers: readonly BookReader[]) {
    this.#store = store;
    this.#selection = selection;
    this.#readers = readers;
  }

  /** Every transition up to this one is in the book. */
  get readSeq(): number {
    return this.#readSeq;
  }

  /**
   * Reads the state anew after a start: what fires, what was resolved since `resolvedSince` (milliseconds since the epoch), and
   * what no reader may miss.
   * @throws {StoreError} and has changed nothing that a second call would not mend
   */
  open(resolvedSince: number): void {
    this.#firing = null;
    this.#readSeq = Math.min(this.#store.lastSeq(), ...this.#readers.map(({ cursor }) => cursor));
    for (const { alert: source, at, tower } of this.#store.resolvedSince(resolvedSince)) {
      const alert = this.#selection.apply(source);
      if (alert !== null) this.#resolve(alert, source, at, tower);
    }
    this.refresh(true);
  }

  /**
   * Takes in new transitions, and with `content` also the alerts' latest annotations. Synchronous, so that what fires and the
   * transitions belong together.
   * @throws {StoreError}
   */
  refresh(content: boolean): void {
    for (let full = true; full; ) {
      const transitions = this.#store.transitions(this.#readSeq, page);
      for (const transition of transitions) this.#read(transition);
      full = transitions.length === page;
    }
    if (!content && this.#untold.length === 0) return;
    const firing = this.#store.firing();
    if (firing !== this.#firing || this.#untold.length > 0) this.#takeFiring(firing);
    this.#firing = firing;
    const untold = this.#untold;
    this.#untold = [];
    for (const { seq, fingerprint, at } of untold) {
      const entry = this.entries.get(fingerprint);
      if (entry === undefined) continue;
      entry.version = seq;
      entry.since = at;
      for (const reader of this.#readers) if (seq > reader.cursor) reader.changed(entry, seq);
    }
  }

  /** Takes an entry out when every reader is done with it. */
  drop(fingerprint: string): void {
    if (!this.entries.delete(fingerprint)) return;
    for (const reader of this.#readers) reader.dropped(fingerprint);
  }

  #read({ seq, kind, at, tower, alert: source }: Transition): void {
    const alert = this.#selection.apply(source);
    if (alert !== null) {
      const { fingerprint } = alert;
      if (kind === 'resolved') this.#resolve(alert, source, at, tower);
      // A forgotten alert is no longer among those that fire: that is all there is to know.
      if (kind !== 'forgotten') this.#untold.push({ seq, fingerprint, at: kind === 'firing' ? alert.firstSeen : at });
    }
    this.#readSeq = seq;
  }

  #resolve(alert: BridgeAlert, source: BridgeAlert, since: number, tower: string): void {
    const { fingerprint } = alert;
    const known = this.entries.get(fingerprint);
    if (known === undefined) {
      this.entries.set(fingerprint, {
        fingerprint,
        state: 'resolved',
        alert,
        sources: [source],
        tower,
        version: 0,
        since,
      });
    } else {
      known.state = 'resolved';
      known.tower = tower;
      known.alert = alert;
      known.sources = [source];
    }
  }

  /** Makes the firing entries those that the store says fire. Whoever is not among them and was not resolved is dropped. */
  #takeFiring(fired: readonly BridgeAlert[]): void {
    const firing = new Map<string, { alert: BridgeAlert; sources: BridgeAlert[] }>();
    for (const source of fired) {
      const alert = this.#selection.apply(source);
      if (alert === null) continue;
      const known = firing.get(alert.fingerprint);
      if (known === undefined) firing.set(alert.fingerprint, { alert, sources: [source] });
      else {
        known.sources.push(source);
        if (alert.startsAt < known.alert.startsAt) known.alert = alert;
      }
    }
    for (const [fingerprint, { alert, sources }] of firing) {
      const entry = this.entries.get(fingerprint);
      if (entry === undefined) {
        const since = alert.firstSeen;
        this.entries.set(fingerprint, { fingerprint, state: 'firing', alert, sources, tower: '', version: 0, since });
      } else {
        entry.state = 'firing';
        entry.tower = '';
        entry.alert = alert;
        entry.sources = sources;
      }
    }
    for (const entry of this.entries.values()) {
      if (entry.state === 'firing' && !firing.has(entry.fingerprint)) this.drop(entry.fingerprint);
    }
  }
}
