import type { WebhookReceiverConfig } from '../../config/schema.ts';
import { createHttpClient } from '../../http/http-client.ts';
import type { Receiver, ReceiverDeps, ReceiverStatus } from '../receiver.ts';
import type { HttpClientFactory } from './alertmanager.ts';
import { createDryRunClient } from './dry-run.ts';
import { createDeadLetterCount, drainLoops, reportStatus } from './receiver-metrics.ts';
import { storeFailure, waitAfter } from './failure.ts';
import { Waker } from './waker.ts';
import { defaultOutboxCap, type OutboxCap, WebhookPlanner } from './webhook-planner.ts';
import { WebhookSender } from './webhook-sender.ts';

/**
 * A receiver that gets Alertmanager's webhook payload: one loop turns transitions into notifications, another one sends them in
 * order.
 * @throws {MatcherError} when a matcher cannot be read
 */
export const createWebhookReceiver = (
  config: WebhookReceiverConfig,
  deps: ReceiverDeps,
  createClient: HttpClientFactory = createHttpClient,
  cap: OutboxCap = defaultOutboxCap,
): Receiver => {
  const { name, webhook } = config;
  const { store, clock, dryRun, metrics, logger, random } = deps;
  const http =
    dryRun === null
      ? createClient({ config: webhook.http_config, target: name, clock, timeout: webhook.timeout })
      : createDryRunClient(name, name, dryRun);
  const planner = new WebhookPlanner(config, deps, cap);
  const waker = new Waker(clock);
  const countDeadLetters = createDeadLetterCount(name, store);
  let size: ReturnType<typeof store.outboxSize> = { rows: 0, bytes: 0, oldest: null };
  const stopping = new AbortController();

  const onProgress = (): void => {
    reportStatus(status(), deps);
    waker.wake();
  };
  const sender = new WebhookSender(config, deps, http, onProgress);

  const status = (): ReceiverStatus => {
    try {
      size = store.outboxSize(name);
    } catch {
      // The loop that needs the store reports that it fails.
    }
    const waiting = planner.waiting();
    const times = [size.oldest, waiting.oldest].filter((time) => time !== null);
    return {
      name,
      kind: 'webhook',
      targets: [sender.status()],
      queueLength: size.rows + waiting.count,
      oldestUnacknowledged: times.length === 0 ? null : Math.min(...times),
      deadLetters: countDeadLetters(),
    };
  };

  const plan = async (): Promise<void> => {
    let attempt = 0;
    for (;;) {
      let wait: number;
      try {
        const step = planner.step();
        if (step.enqueued) sender.wake();
        wait = step.wait;
        attempt = 0;
      } catch (error) {
        const failure = storeFailure(error);
        if (attempt === 0) logger.warn({ receiver: name }, `the state cannot be used: ${failure.problem}`);
        metrics.notificationFailed(name, failure.reason);
        wait = waitAfter(failure, attempt, random);
        attempt += 1;
      }
      reportStatus(status(), deps);
      if (stopping.signal.aborted) return;
      if (wait > 0) await waker.sleep(wait);
    }
  };

  let running: readonly Promise<void>[] = [];
  return {
    name,
    consumers: [name],
    wake: () => waker.wake(),
    start: () => {
      if (running.length === 0) running = [plan(), sender.run()];
    },
    stop: async (deadlineMs) => {
      stopping.abort();
      waker.wake();
      await drainLoops([sender], running, deadlineMs, deps);
      await http.close().catch(() => {});
    },
    status,
  };
};
