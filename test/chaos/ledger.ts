import type { Simulator } from '../../src/simulator/simulator.ts';
import { keyOfTold, type Told } from './hook.ts';

const severities = new Map([
  ['CRITICAL', 'critical'],
  ['NOTICE', 'warning'],
  ['INFO', 'info'],
]);

/** What happened in the towers, and whether what the receivers were told agrees with it. */
export class Ledger {
  private readonly towers: ReadonlyMap<string, Simulator>;
  /** Alerts as they were at some time: tower, id, severity. */
  private readonly seen = new Set<string>();
  /** Those that were over at some later time: ended, or raised to another severity. */
  private readonly over = new Set<string>();
  /** What must not have happened. */
  readonly findings: string[] = [];
  transitions = 0;

  constructor(towers: ReadonlyMap<string, Simulator>) {
    this.towers = towers;
    this.note();
  }

  /** Looks at the towers; to be called after every change. */
  note(): void {
    const open = this.open();
    for (const key of this.seen) {
      if (!open.has(key) && !this.over.has(key)) {
        this.over.add(key);
        this.transitions += 1;
      }
    }
    for (const key of open) {
      if (!this.seen.has(key)) this.transitions += 1;
      this.seen.add(key);
    }
  }

  /** Unresolved alerts of all towers now. */
  open(): Set<string> {
    const open = new Set<string>();
    for (const [tower, { state }] of this.towers) {
      for (const { id, ended, severity } of state.alerts) {
        if (!ended) open.add(keyOfTold({ tower, alertId: id, severity: severities.get(severity) ?? 'warning' }));
      }
    }
    return open;
  }

  told(by: string, told: Told): void {
    const key = keyOfTold(told);
    if (!this.seen.has(key)) this.findings.push(`${by} heard of ${key}, which never was`);
    else if (told.status === 'resolved' && !this.over.has(key)) {
      this.findings.push(`${by} heard that ${key} is over, which it never was`);
    }
  }
}
