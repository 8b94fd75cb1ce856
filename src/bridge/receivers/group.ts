import type { BridgeAlert } from '../store/types.ts';

/** A change of state that no notification has told yet. */
export interface Change {
  readonly kind: 'firing' | 'resolved';
  readonly alert: BridgeAlert;
  /** When it was first seen, milliseconds since the epoch. */
  readonly since: number;
}

/** One label set of a group. */
export interface Member {
  /** As it was told last, or as it will be told first. */
  readonly alert: BridgeAlert;
  /** Fingerprints, before relabelling, of the alerts that fire under it. Empty: the last one has ended. */
  readonly sources: readonly string[];
  /** What the latest notification said of it. */
  readonly told: 'nothing' | 'firing';
  /** In order; each is told, none is skipped. */
  readonly queue: readonly Change[];
}

/** The alerts that go into one notification; changed in place by its owner. Times in milliseconds since the epoch. */
export interface Group {
  readonly key: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly members: Map<string, Member>;
  /** When its changes are due; null without changes. */
  flushAt: number | null;
  /** When the latest notification was made; null before the first. */
  toldAt: number | null;
}

export interface GroupTimes {
  /** Milliseconds, as in the configuration. */
  readonly groupWait: number;
  readonly groupInterval: number;
  /** 0: never. */
  readonly repeatInterval: number;
}

/** What one notification says. */
export interface Round {
  readonly firing: readonly BridgeAlert[];
  readonly resolved: readonly BridgeAlert[];
  /** The oldest `since` among what is new in it; null for a repeat. */
  readonly firstSeen: number | null;
}

export const emptyGroup = (key: string, labels: Readonly<Record<string, string>>): Group => ({
  key,
  labels,
  members: new Map(),
  flushAt: null,
  toldAt: null,
});

/** An alert of this group began to fire under the (relabelled) label set. */
export const fire = (
  group: Group,
  alert: BridgeAlert,
  source: string,
  since: number,
  now: number,
  times: GroupTimes,
): void => {
  const { members } = group;
  const member = members.get(alert.fingerprint);
  if (member !== undefined && member.sources.length > 0) {
    members.set(alert.fingerprint, { ...member, sources: [...new Set([...member.sources, source])] });
    return;
  }
  const change: Change = { kind: 'firing', alert, since };
  members.set(
    alert.fingerprint,
    member === undefined
      ? { alert, sources: [source], told: 'nothing', queue: [change] }
      : { ...member, sources: [source], queue: [...member.queue, change] },
  );
  schedule(group, now, times);
};

/** One alert under the label set ended; the label set ends with its last one. */
export const resolve = (
  group: Group,
  fingerprint: string,
  source: string,
  change: Omit<Change, 'kind'>,
  now: number,
  times: GroupTimes,
): void => {
  const { members } = group;
  const member = members.get(fingerprint);
  if (member === undefined || !member.sources.includes(source)) return;
  const sources = member.sources.filter((one) => one !== source);
  if (sources.length > 0) {
    members.set(fingerprint, { ...member, sources });
    return;
  }
  members.set(fingerprint, { ...member, sources, queue: [...member.queue, { kind: 'resolved', ...change }] });
  schedule(group, now, times);
};

/** One alert under the label set is of no concern any more; nothing is told of that, only what was true before it. */
export const forget = (group: Group, fingerprint: string, source: string): void => {
  const { members } = group;
  const member = members.get(fingerprint);
  if (member === undefined || !member.sources.includes(source)) return;
  const sources = member.sources.filter((one) => one !== source);
  // A start that was never told is not told any more; an end that is still to be told is.
  const queue =
    sources.length === 0 && member.queue.at(-1)?.kind === 'firing' ? member.queue.slice(0, -1) : member.queue;
  if (sources.length > 0 || queue.length > 0) members.set(fingerprint, { ...member, sources, queue });
  else members.delete(fingerprint);
  if (![...members.values()].some((other) => other.queue.length > 0)) group.flushAt = null;
};

/**
 * Mends times that are further away than the settings allow: they come from a clock that was set back since. True when there
 * was something to mend.
 */
export const mendTimes = (group: Group, now: number, { groupWait, groupInterval }: GroupTimes): boolean => {
  const { flushAt, toldAt } = group;
  if (flushAt !== null) group.flushAt = Math.min(flushAt, now + Math.max(groupWait, groupInterval));
  if (toldAt !== null) group.toldAt = Math.min(toldAt, now);
  return group.flushAt !== flushAt || group.toldAt !== toldAt;
};

/** When the group is due, or null. */
export const dueAt = ({ flushAt, toldAt, members }: Group, { repeatInterval }: GroupTimes): number | null => {
  if (flushAt !== null) return flushAt;
  if (repeatInterval === 0 || toldAt === null) return null;
  return [...members.values()].some(({ told }) => told === 'firing') ? toldAt + repeatInterval : null;
};

/**
 * What is to be told now, in order, and the group afterwards (null: nothing is left of it). Each notification holds the whole
 * group. A label set that changed twice since the last notification takes two, so that each of its changes is told.
 * `refresh` gives the latest content of an alert that goes on firing.
 */
export const flush = (
  group: Group,
  now: number,
  sendResolved: boolean,
  refresh: (member: Member) => BridgeAlert,
): { readonly rounds: readonly Round[]; readonly group: Group | null } => {
  const rounds: Round[] = [];
  const members = new Map(group.members);
  let told = false;
  do {
    const firing: BridgeAlert[] = [];
    const resolved: BridgeAlert[] = [];
    const news: number[] = [];
    for (const [fingerprint, member] of members) {
      const [change, ...queue] = member.queue;
      if (change === undefined) {
        const alert = refresh(member);
        firing.push(alert);
        members.set(fingerprint, { ...member, alert });
      } else if (change.kind === 'firing') {
        firing.push(change.alert);
        news.push(change.since);
        members.set(fingerprint, { ...member, alert: change.alert, told: 'firing', queue });
      } else {
        if (sendResolved) {
          resolved.push(change.alert);
          news.push(change.since);
        }
        if (queue.length === 0) members.delete(fingerprint);
        else members.set(fingerprint, { ...member, alert: change.alert, told: 'nothing', queue });
      }
    }
    const isRepeat = group.flushAt === null;
    if ((news.length > 0 || isRepeat) && firing.length + resolved.length > 0) {
      rounds.push({ firing, resolved, firstSeen: news.length === 0 ? null : Math.min(...news) });
      told = true;
    }
  } while ([...members.values()].some(({ queue }) => queue.length > 0));
  if (members.size === 0) return { rounds, group: null };
  return { rounds, group: { ...group, members, flushAt: null, toldAt: told ? now : group.toldAt } };
};

const schedule = (group: Group, now: number, { groupWait, groupInterval }: GroupTimes): void => {
  const at = group.toldAt === null ? now + groupWait : Math.max(now, group.toldAt + groupInterval);
  group.flushAt = Math.min(group.flushAt ?? at, at);
};
