import type { AlertConsumer, AlertPoll, Lookup } from '../bridge/poll.ts';
import type { TowerReader } from '../client/reader.ts';
import { IncompleteReadError } from '../client/errors.ts';
import type { Alert } from '../client/resources.ts';
import { resources } from '../client/rows.ts';
import type { Clock } from '../clock.ts';
import { createFailureLog, type FailureLog, type Logger } from '../log.ts';
import { type AlertEvidence, isAlert } from './alert-evidence.ts';
import { withDeadline } from './deadline.ts';
import { chunks, type RuleNames } from './rule-names.ts';

export interface AlertFeedOptions {
  readonly tower: string;
  readonly consumer: AlertConsumer;
  readonly reader: TowerReader;
  readonly rules: RuleNames;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ids asked for in one look-up. */
  readonly pageSize: number;
  /** Longest time for the look-ups of one poll, milliseconds. */
  readonly lookupDeadline: number;
}

/** Polls that may wait for a slow consumer; beyond that the oldest is dropped: a newer one says what still holds. */
const maxWaiting = 16;

/**
 * Hands every poll of a tower's alerts to the bridge, one after another, beside the collector: metrics never wait for it.
 * Alerts that the bridge holds and a complete poll does not list are looked up by id first.
 */
export class AlertFeed {
  private readonly options: AlertFeedOptions;
  private readonly stopping = new AbortController();
  private readonly consumerFailures: FailureLog;
  private readonly lookupFailures: FailureLog;
  private readonly waiting: AlertEvidence[] = [];
  private delivering: Promise<void> | null = null;

  constructor(options: AlertFeedOptions) {
    this.options = options;
    this.consumerFailures = createFailureLog({ ...options, subject: 'handing alerts to the bridge' });
    this.lookupFailures = createFailureLog({ ...options, subject: 'the look-up of alerts that are no longer listed' });
  }

  /** Takes a poll; returns at once. */
  offer(evidence: AlertEvidence): void {
    if (this.stopping.signal.aborted) return;
    this.waiting.push(evidence);
    if (this.waiting.length > maxWaiting) {
      this.waiting.shift();
      this.options.logger.warn({ waiting: maxWaiting }, 'the bridge is slow to take polls; the oldest is left out');
    }
    this.delivering ??= this.deliverAll();
  }

  /** Resolves when everything offered so far has been handed over. */
  async idle(): Promise<void> {
    await this.delivering;
  }

  /** Hands over nothing more; resolves when the delivery under way has ended. */
  async stop(): Promise<void> {
    this.waiting.length = 0;
    this.stopping.abort(new Error('The collectors are stopping'));
    await this.delivering;
  }

  private async deliverAll(): Promise<void> {
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      try {
        await this.deliver(next);
        this.consumerFailures.succeeded();
      } catch (error) {
        if (!this.stopping.signal.aborted) this.consumerFailures.failed(error);
      }
    }
    this.delivering = null;
  }

  private async deliver({ at, outcome, reason, alerts, scope }: AlertEvidence): Promise<void> {
    const { tower, consumer, rules } = this.options;
    const { signal } = this.stopping;
    const found = outcome === 'complete' ? await this.lookUpMissing(alerts, signal) : new Map<string, Alert | null>();
    await rules.learn([...alerts, ...[...found.values()].filter((alert) => alert !== null)], signal);
    if (signal.aborted) return;
    const lookups = new Map<string, Lookup>();
    for (const [id, alert] of found) {
      const [joined] = alert === null ? [] : rules.join([alert]);
      lookups.set(id, joined ?? 'not_found');
    }
    const poll: AlertPoll = { tower, at, outcome, reason, alerts: rules.join(alerts), lookups, scope };
    await consumer.accept(poll);
  }

  /** What the tower says of alerts that the bridge holds and the poll did not list; ids whose look-up failed are left out. */
  private async lookUpMissing(
    listed: readonly Alert[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Alert | null>> {
    const { tower, consumer, clock, lookupDeadline, pageSize } = this.options;
    const ids = new Set(listed.map((alert) => alert.id));
    const missing = consumer.openAlertIds(tower).filter((id) => !ids.has(id));
    const found = new Map<string, Alert | null>();
    if (missing.length === 0) return found;
    const message = `the tower did not answer within ${lookupDeadline} ms`;
    try {
      await withDeadline({ clock, ms: lookupDeadline, parent: signal, message }, async (within) => {
        for (const chunk of chunks([...new Set(missing)], pageSize)) await this.lookUp(chunk, found, within);
      });
      this.lookupFailures.succeeded();
    } catch (error) {
      if (!signal.aborted) this.lookupFailures.failed(error);
    }
    // What a look-up that was given up still brings must not change what is handed over.
    return new Map(found);
  }

  private async lookUp(ids: readonly string[], found: Map<string, Alert | null>, signal: AbortSignal): Promise<void> {
    const asked = new Set(ids);
    try {
      const query = { where: { id_in: ids }, prove: true, signal };
      const { rows } = await this.options.reader.list(resources.alerts, query);
      for (const id of ids) found.set(id, null);
      for (const alert of rows) if (asked.has(alert.id)) found.set(alert.id, alert);
    } catch (error) {
      if (!(error instanceof IncompleteReadError)) throw error;
      // What came is evidence; of the rest of this chunk nothing is known, and the other chunks are still asked for.
      for (const alert of error.partial) if (isAlert(alert) && asked.has(alert.id)) found.set(alert.id, alert);
      this.lookupFailures.failed(error);
    }
  }
}
