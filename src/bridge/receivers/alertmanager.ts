import type { AlertmanagerReceiverConfig } from '../../config/schema.ts';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../../http/http-client.ts';
import type { Receiver, ReceiverDeps, ReceiverStatus } from '../receiver.ts';
import { AlertBook } from './alert-book.ts';
import { AlertmanagerApi, targetName, urlHash } from './alertmanager-api.ts';
import { createDryRunClient } from './dry-run.ts';
import { createDeadLetterCount, drainLoops, reportStatus } from './receiver-metrics.ts';
import { createSelection } from './relabel.ts';
import { UrlLoop } from './url-loop.ts';
import { UrlProgress } from './url-progress.ts';

export type HttpClientFactory = (options: HttpClientOptions) => HttpClient;

/**
 * A receiver that keeps every configured Alertmanager at the wanted state. Alertmanagers do not tell each other of alerts, so
 * each has its own loop, connections, back-off and cursor.
 * @throws {MatcherError} when a matcher cannot be read
 */
export const createAlertmanagerReceiver = (
  config: AlertmanagerReceiverConfig,
  deps: ReceiverDeps,
  createClient: HttpClientFactory = createHttpClient,
): Receiver => {
  const { name, alertmanager } = config;
  const { store, clock, dryRun } = deps;
  const countDeadLetters = createDeadLetterCount(name, store);
  const targets = alertmanager.urls.map((url) => {
    const target = targetName(url);
    const http =
      dryRun === null
        ? createClient({ config: alertmanager.http_config, target, clock, timeout: alertmanager.timeout })
        : createDryRunClient(name, target, dryRun);
    const progress = new UrlProgress(0, () => loops.forEach((loop) => loop.wake()));
    return { url, http, progress, consumer: `${name} ${urlHash(url)}` };
  });
  const readers = targets.map(({ progress }) => progress);
  const book = new AlertBook(store, createSelection(config.match, config.relabel), readers);

  let opened = false;
  const prepare = (): void => {
    if (opened) return;
    for (const { consumer, progress } of targets) {
      store.register(consumer);
      progress.cursor = store.cursor(consumer);
    }
    book.open(clock.now() - alertmanager.resolved_retention);
    opened = true;
  };

  /** Resolved alerts that every Alertmanager has been told of long enough leave the book. */
  const tidy = (): void => {
    const now = clock.monotonic();
    for (const entry of book.entries.values()) {
      if (entry.state !== 'resolved') continue;
      const done = readers.every((reader) => reader.isDone(entry, now, alertmanager.resolved_retention));
      if (done) book.drop(entry.fingerprint);
    }
  };

  const loops: readonly UrlLoop[] = targets.map(
    ({ url, http, progress, consumer }) =>
      new UrlLoop({
        receiver: name,
        url,
        consumer,
        api: new AlertmanagerApi(url, http, clock),
        book,
        progress,
        deps,
        limits: { maxAlerts: alertmanager.max_batch_alerts, maxBytes: alertmanager.max_batch_bytes },
        resendInterval: alertmanager.resend_interval,
        resolvedRetention: alertmanager.resolved_retention,
        prepare,
        onProgress: () => {
          tidy();
          reportStatus(status(), deps);
        },
      }),
  );

  const status = (): ReceiverStatus => {
    const waiting = readers
      .flatMap((reader) => reader.pending())
      .flatMap((fingerprint) => book.entries.get(fingerprint)?.since ?? []);
    return {
      name,
      kind: 'alertmanager',
      targets: loops.map((loop) => loop.status()),
      queueLength: waiting.length,
      oldestUnacknowledged: waiting.length === 0 ? null : waiting.reduce((oldest, since) => Math.min(oldest, since)),
      deadLetters: countDeadLetters(),
    };
  };

  let running: readonly Promise<void>[] = [];
  return {
    name,
    consumers: targets.map(({ consumer }) => consumer),
    wake: () => loops.forEach((loop) => loop.wake()),
    start: () => {
      if (running.length === 0) running = loops.map((loop) => loop.run());
    },
    stop: async (deadlineMs) => {
      await drainLoops(loops, running, deadlineMs, deps);
      await Promise.allSettled(targets.map(({ http }) => http.close()));
    },
    status,
  };
};
