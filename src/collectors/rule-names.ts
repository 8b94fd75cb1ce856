import type { PolledAlert } from '../bridge/poll.ts';
import { TowerError, type TowerErrorCode } from '../client/errors.ts';
import type { TowerReader } from '../client/reader.ts';
import type { Alert, GlobalAlertRule, Ref } from '../client/resources.ts';
import { resources } from '../client/rows.ts';
import type { Clock } from '../clock.ts';
import { createFailureLog, type FailureLog, type Logger } from '../log.ts';
import { withDeadline } from './deadline.ts';

export interface RuleNamesOptions {
  readonly reader: TowerReader;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ids asked for in one request. */
  readonly pageSize: number;
  /** Whether to learn which rules are boolean too; the bridge wants to know, the metrics do not. */
  readonly withBoolean: boolean;
}

/** What is known of a rule id. `global` is null when the look-up failed or the rule has gone. */
interface Entry {
  readonly global: Ref | null;
  readonly boolean: boolean | null;
  /** When an entry without an answer may be asked for again, monotonic milliseconds. */
  readonly retryAt: number;
}

const retryMs = 180_000;
/** Alerts do not wait longer for their names. */
const lookUpMs = 10_000;

/**
 * Names of alert rules. An alert names only the rule of its cluster; the name that people know is the global rule's. Each id is
 * asked for once, when it is first seen. After a failure the next poll asks again; one that the tower does not have, or does not
 * tell in time or at all, is asked for again after three minutes at the earliest.
 */
export class RuleNames {
  private readonly options: RuleNamesOptions;
  private readonly failures: FailureLog;
  private readonly entries = new Map<string, Entry>();

  constructor(options: RuleNamesOptions) {
    this.options = options;
    this.failures = createFailureLog({ ...options, subject: 'the look-up of alert rule names' });
  }

  /** Adds to each alert what is known of its rule. */
  join(alerts: readonly Alert[]): PolledAlert[] {
    return alerts.map((alert) => {
      const entry = this.entries.get(alert.alert_rule_id ?? '');
      return { ...alert, rule: entry?.global?.name ?? null, rule_boolean: entry?.boolean ?? null };
    });
  }

  /** Asks for the rules of these alerts that are not known yet. A failure is logged, not thrown. */
  async learn(alerts: readonly Alert[], signal: AbortSignal): Promise<void> {
    const now = this.options.clock.monotonic();
    const ids = new Set<string>();
    for (const { alert_rule_id: id } of alerts) {
      const entry = id === null ? undefined : this.entries.get(id);
      if (id !== null && (entry === undefined || entry.retryAt <= now)) ids.add(id);
    }
    if (ids.size === 0) return;
    // Noted before the answer, so that nobody asks for the same ids meanwhile.
    for (const id of ids) this.entries.set(id, { ...(this.entries.get(id) ?? unknown), retryAt: now + retryMs });
    const deadline = { clock: this.options.clock, ms: lookUpMs, parent: signal, message: 'no answer within 10 s' };
    try {
      await withDeadline(deadline, async (within) => {
        for (const page of chunks([...ids], this.options.pageSize)) await this.ask(page, within);
      });
      this.failures.succeeded();
    } catch (error) {
      if (!signal.aborted) this.failures.failed(error);
      if (!isLasting(error)) this.askAgain(ids);
    }
  }

  /** The next poll asks again for those of the ids that are still without an answer. */
  private askAgain(ids: Iterable<string>): void {
    for (const id of ids) {
      const entry = this.entries.get(id);
      if (entry !== undefined && entry.retryAt !== never) this.entries.set(id, { ...entry, retryAt: 0 });
    }
  }

  private async ask(ids: readonly string[], signal: AbortSignal): Promise<void> {
    const { reader, withBoolean } = this.options;
    const { rows } = await reader.list(resources.alertRules, { where: { id_in: ids }, signal });
    for (const { id, global_alert_rule: global } of rows) {
      const retryAt = withBoolean ? this.entries.get(id)?.retryAt : undefined;
      if (global !== null) this.entries.set(id, { global, boolean: null, retryAt: retryAt ?? never });
    }
    if (!withBoolean) return;
    const globals = await this.askGlobals(
      rows.flatMap(({ global_alert_rule: global }) => global?.id ?? []),
      signal,
    );
    for (const { id, global_alert_rule: global } of rows) {
      const found = globals.get(global?.id ?? '');
      if (global !== null && found !== undefined)
        this.entries.set(id, { global, boolean: found.boolean, retryAt: never });
    }
  }

  private async askGlobals(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, GlobalAlertRule>> {
    const { reader } = this.options;
    if (ids.length === 0) return new Map();
    const { rows } = await reader.list(resources.globalAlertRules, { where: { id_in: [...new Set(ids)] }, signal });
    return new Map(rows.map((row) => [row.id, row]));
  }
}

/** The next poll would only hear the same (the user may not read the rules, the release has none), or wait as long again. */
const lasting: ReadonlySet<TowerErrorCode> = new Set(['forbidden', 'missing_operation', 'timeout', 'aborted']);
const isLasting = (error: unknown): boolean => !(error instanceof TowerError) || lasting.has(error.code);

const unknown: Omit<Entry, 'retryAt'> = { global: null, boolean: null };

const never = Number.POSITIVE_INFINITY;

/** Splits a list into parts of at most `size`. */
export const chunks = <T>(items: readonly T[], size: number): (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
