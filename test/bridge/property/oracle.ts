import type { AlertPoll } from '../../../src/bridge/poll.ts';
import type { Transition } from '../../../src/bridge/store/types.ts';

/** Says aloud what is wrong with a history. */
export class Violation extends Error {}

const labelOf: Readonly<Record<string, string>> = { CRITICAL: 'critical', NOTICE: 'warning', INFO: 'info' };

/**
 * Judges what was told by the contract alone: it sees polls and transitions, and knows nothing of how the bridge decides.
 */
export class Oracle {
  /** What everyone was told of each id: the severity that fires, or null. */
  readonly told = new Map<string, string | null>();
  readonly log: Transition[] = [];
  readonly #missed = new Map<string, number>();

  /** A poll that the bridge took, and the transitions it wrote for it. */
  judge(poll: AlertPoll, written: readonly Transition[], now: number): void {
    const firingBefore = [...this.told].filter(([, severity]) => severity !== null).map(([id]) => id);
    const listed = new Map(poll.alerts.filter(({ ended }) => ended !== true).map((row) => [row.id, row]));
    const ended = new Set(poll.alerts.filter((row) => row.ended === true).map(({ id }) => id));
    for (const [id, found] of poll.lookups) if (found !== 'not_found' && found.ended === true) ended.add(id);
    this.#countMissed(poll, listed, ended);
    const gone = firingBefore.filter((id) => !listed.has(id) && !ended.has(id));
    const noneEnded = !firingBefore.some((id) => ended.has(id));
    const vanished = gone.length >= 10 && gone.length * 2 > firingBefore.length && noneEnded;
    for (const transition of written) {
      const id = transition.alert.labels['alert_id'];
      this.#checkTimes(transition, now);
      if (id === undefined) continue;
      if (transition.kind === 'firing') this.#fires(id, transition, listed);
      else if (transition.kind === 'resolved') this.#resolves(id, transition, { poll, listed, ended, vanished });
      else throw new Violation(`${id} was forgotten although its tower and scope are as they were`);
    }
    this.#checkShown(poll, listed);
    this.log.push(...written);
  }

  /** Transitions of the bridge's own alerts and others that no poll of ours caused. */
  note(written: readonly Transition[]): void {
    this.log.push(...written);
  }

  /** At the end of a history, when everything works and enough complete polls were taken. */
  judgeEnd(open: ReadonlyMap<string, string>): void {
    for (const [id, severity] of open) {
      if (this.told.get(id) !== labelOf[severity])
        throw new Violation(`${id} is open as ${severity} and was told as ${this.told.get(id)}`);
    }
    for (const [id, severity] of this.told)
      if (severity !== null && !open.has(id)) throw new Violation(`${id} is over and was not told to be`);
  }

  /** Everything that happened was accepted, in order, at least once. */
  judgeReceiver(name: string, accepted: readonly Transition[]): void {
    let last = 0;
    const first: number[] = [];
    for (const { seq } of accepted) {
      if (seq > last) {
        first.push(seq);
        last = seq;
      } else if (!first.includes(seq)) throw new Violation(`${name} accepted ${seq} out of order`);
    }
    const expected = this.log.map(({ seq }) => seq);
    if (first.length !== expected.length || first.some((seq, index) => seq !== expected[index]))
      throw new Violation(`${name} accepted [${first.join()}] and should have [${expected.join()}]`);
  }

  #countMissed(poll: AlertPoll, listed: ReadonlyMap<string, unknown>, ended: ReadonlySet<string>): void {
    for (const id of listed.keys()) this.#missed.set(id, 0);
    if (poll.outcome !== 'complete') return;
    for (const [id, found] of poll.lookups) {
      if (found === 'not_found') this.#missed.set(id, (this.#missed.get(id) ?? 0) + 1);
      else if (!ended.has(id)) this.#missed.set(id, 0);
    }
  }

  #fires(id: string, { alert }: Transition, listed: ReadonlyMap<string, { readonly severity: string | null }>): void {
    const row = listed.get(id);
    if (row === undefined) throw new Violation(`${id} fires although no poll showed it`);
    if (this.told.get(id) != null) throw new Violation(`${id} fires twice`);
    if (alert.labels['severity'] !== labelOf[row.severity ?? ''])
      throw new Violation(`${id} fires with another severity`);
    if (alert.endsAt !== null) throw new Violation(`${id} fires with an end`);
    this.told.set(id, alert.labels['severity'] ?? '');
  }

  #resolves(
    id: string,
    { alert }: Transition,
    evidence: {
      readonly poll: AlertPoll;
      readonly listed: ReadonlyMap<string, { readonly severity: string | null }>;
      readonly ended: ReadonlySet<string>;
      readonly vanished: boolean;
    },
  ): void {
    const { poll, listed, ended, vanished } = evidence;
    if (this.told.get(id) == null) throw new Violation(`${id} is resolved and did not fire`);
    if (poll.outcome !== 'complete') throw new Violation(`${id} is resolved by a poll that was ${poll.outcome}`);
    const row = listed.get(id);
    const escalated = row !== undefined && labelOf[row.severity ?? ''] !== alert.labels['severity'];
    const deleted = (this.#missed.get(id) ?? 0) >= 3 && !vanished;
    if (!escalated && !ended.has(id) && !deleted) throw new Violation(`${id} is resolved without evidence`);
    if (deleted && !ended.has(id) && alert.annotations['resolved_reason'] !== 'deleted')
      throw new Violation(`${id} was deleted, and its resolve does not say so`);
    this.told.set(id, null);
  }

  #checkShown(poll: AlertPoll, listed: ReadonlyMap<string, { readonly severity: string | null }>): void {
    for (const [id, { severity }] of listed) {
      const told = this.told.get(id);
      if (told == null) throw new Violation(`${id} was shown and does not fire`);
      if (poll.outcome === 'complete' && told !== labelOf[severity ?? ''])
        throw new Violation(`${id} was shown as ${severity}, told as ${told}`);
    }
  }

  #checkTimes({ kind, alert: { startsAt, endsAt, fingerprint } }: Transition, now: number): void {
    const earliest = Date.UTC(1971, 0, 1);
    if (startsAt < earliest || startsAt > now + 1)
      throw new Violation(`${fingerprint} starts at ${startsAt}, it is ${now}`);
    if (kind === 'resolved' && (endsAt === null || endsAt < startsAt || endsAt > now))
      throw new Violation(`${fingerprint} ends at ${endsAt}, started ${startsAt}, it is ${now}`);
  }
}
