import type { BridgeMetrics } from '../bridge/metrics.ts';
import { bridgeFamilies } from './exporter-catalogue.ts';
import type { Labels, OwnRegistry } from './own-registry.ts';

/** Seconds: one poll and one send take a minute at most; what waits for a receiver that is down takes hours. */
const delayBuckets = [1, 5, 15, 30, 60, 120, 300, 900, 3600, 14_400, 86_400];

/** The bridge's metrics, with a way to say which receivers the configuration has. */
export interface OwnBridgeMetrics extends BridgeMetrics {
  /** Series of other receivers disappear; the counters of these start at 0. To be called with each new configuration. */
  retainReceivers(names: ReadonlySet<string>): void;
}

/** Keeps the bridge's metrics in the registry. Nothing is shown of a bridge that says nothing. */
export const createBridgeMetrics = (registry: OwnRegistry): OwnBridgeMetrics => {
  const alerts = registry.gauge(bridgeFamilies.alerts);
  const notifications = registry.counter(bridgeFamilies.notifications);
  const notificationsFailed = registry.counter(bridgeFamilies.notificationsFailed);
  const queueLength = registry.gauge(bridgeFamilies.queueLength);
  const lastSuccess = registry.gauge(bridgeFamilies.lastSuccess);
  const deliveryDelay = registry.histogram(bridgeFamilies.deliveryDelay, delayBuckets);
  const mergedAlerts = registry.gauge(bridgeFamilies.mergedAlerts);
  const held = registry.gauge(bridgeFamilies.held);
  const deadLetters = registry.gauge(bridgeFamilies.deadLetters);
  const oldestUnacknowledged = registry.gauge(bridgeFamilies.oldestUnacknowledged);
  const configurationError = registry.gauge(bridgeFamilies.configurationError);
  const timeParseFallbacks = registry.counter(bridgeFamilies.timeParseFallbacks);
  const forgotten = registry.counter(bridgeFamilies.forgotten);
  const stateErrors = registry.counter(bridgeFamilies.stateErrors);

  const removeReceivers = (isGone: (labels: Labels) => boolean): void => {
    for (const family of [queueLength, lastSuccess, deadLetters, oldestUnacknowledged, configurationError]) {
      family.removeWhere(isGone);
    }
    for (const family of [notifications, notificationsFailed]) family.removeWhere(isGone);
    deliveryDelay.removeWhere(isGone);
  };

  return {
    alerts: (tower, state, count) => alerts.with({ tower, state }, (gauge, labels) => gauge.set(labels, count)),
    merged: (tower, count) => mergedAlerts.with({ tower }, (gauge, labels) => gauge.set(labels, count)),
    held: (tower, isHeld) => held.with({ tower }, (gauge, labels) => gauge.set(labels, isHeld ? 1 : 0)),
    timeParseFallback: (tower, field) =>
      timeParseFallbacks.with({ tower, field }, (counter, labels) => counter.inc(labels)),
    forgotten: (tower, reason, count) =>
      forgotten.with({ tower, reason }, (counter, labels) => counter.inc(labels, Math.max(0, count))),
    stateError: (code) => stateErrors.with({ code }, (counter, labels) => counter.inc(labels)),
    removeTower: (tower) => {
      for (const family of [alerts, mergedAlerts, held]) family.removeWhere((labels) => labels['tower'] === tower);
      for (const family of [timeParseFallbacks, forgotten]) family.removeWhere((labels) => labels['tower'] === tower);
    },
    notification: (receiver) => notifications.with({ receiver }, (counter, labels) => counter.inc(labels)),
    notificationFailed: (receiver, reason) =>
      notificationsFailed.with({ receiver, reason }, (counter, labels) => counter.inc(labels)),
    deliveryDelay: (receiver, seconds) => {
      // A clock that was set back must not make a delivery look as if it came before its cause.
      if (!Number.isFinite(seconds)) return;
      deliveryDelay.with({ receiver }, (histogram, labels) => histogram.observe(labels, Math.max(0, seconds)));
    },
    lastSuccess: (receiver, at) => lastSuccess.with({ receiver }, (gauge, labels) => gauge.set(labels, at / 1000)),
    queueLength: (receiver, count) => queueLength.with({ receiver }, (gauge, labels) => gauge.set(labels, count)),
    deadLetters: (receiver, count) => deadLetters.with({ receiver }, (gauge, labels) => gauge.set(labels, count)),
    oldestUnacknowledged: (receiver, seconds) =>
      oldestUnacknowledged.with({ receiver }, (gauge, labels) => gauge.set(labels, seconds)),
    configurationError: (receiver, isFailing) =>
      configurationError.with({ receiver }, (gauge, labels) => gauge.set(labels, isFailing ? 1 : 0)),
    removeReceiver: (receiver) => removeReceivers((labels) => labels['receiver'] === receiver),
    retainReceivers: (names) => {
      removeReceivers((labels) => !names.has(labels['receiver'] ?? ''));
      for (const receiver of names) notifications.with({ receiver }, (counter, labels) => counter.inc(labels, 0));
    },
  };
};
