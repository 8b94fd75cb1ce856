/** Why a delivery failed; the `reason` label of `cloudtower_bridge_notifications_failed_total`. */
export type DeliveryFailure =
  | 'network'
  | 'tls'
  | 'timeout'
  | 'rate_limited' // 429
  | 'server_error' // 5xx
  | 'refused' // 400, 413, 422: this content, not the connection
  | 'configuration' // 401, 403, 404, 405, 415, any 3xx: held until it is mended
  | 'store' // the state could not be written
  | 'other';

/**
 * The bridge's own metrics, as the bridge sets them. Every call is cheap and never throws. Times are milliseconds since the
 * epoch, durations seconds.
 */
export interface BridgeMetrics {
  /** `cloudtower_bridge_alerts`: firing ones, and ended ones that some receiver has yet to accept. */
  alerts(tower: string, state: 'firing' | 'resolving', count: number): void;
  /** `cloudtower_bridge_held`: 1 while nothing of this tower may be resolved although alerts are gone. */
  held(tower: string, held: boolean): void;
  /** `cloudtower_bridge_merged_alerts`: upstream alerts that share their label set with an earlier one. */
  merged(tower: string, count: number): void;
  /** `cloudtower_bridge_time_parse_fallbacks_total`: a start or end time that could not be used. */
  timeParseFallback(tower: string, field: 'start' | 'end'): void;
  /** `cloudtower_bridge_forgotten_total`: alerts that left the state without evidence that they ended. */
  forgotten(tower: string, reason: string, count: number): void;
  /** `cloudtower_bridge_state_errors_total`: failed writes or reads of the state, by the store error's code. */
  stateError(code: string): void;
  /** Series of a tower that the configuration no longer has disappear. */
  removeTower(tower: string): void;

  /** `cloudtower_bridge_notifications_total`: one request tried. */
  notification(receiver: string): void;
  /** `cloudtower_bridge_notifications_failed_total`. */
  notificationFailed(receiver: string, reason: DeliveryFailure): void;
  /** `cloudtower_bridge_delivery_delay_seconds`: first seen → accepted, once per transition and receiver (or URL). */
  deliveryDelay(receiver: string, seconds: number): void;
  /** `cloudtower_bridge_last_success_timestamp_seconds`. */
  lastSuccess(receiver: string, at: number): void;
  /** `cloudtower_bridge_queue_length`: transitions and notifications that wait. */
  queueLength(receiver: string, count: number): void;
  /** `cloudtower_bridge_dead_letters`. */
  deadLetters(receiver: string, count: number): void;
  /** `cloudtower_bridge_oldest_unacknowledged_seconds`: age of the oldest that waits, 0 when none does. */
  oldestUnacknowledged(receiver: string, seconds: number): void;
  /** `cloudtower_bridge_receiver_configuration_error`: 1 while the receiver holds everything until an operator mends something. */
  configurationError(receiver: string, failing: boolean): void;
  /** Series of a receiver that the configuration no longer has disappear. */
  removeReceiver(receiver: string): void;
}

const nothing = (): void => {};

/** Metrics that go nowhere, for commands and tests. */
export const noBridgeMetrics: BridgeMetrics = {
  alerts: nothing,
  held: nothing,
  merged: nothing,
  timeParseFallback: nothing,
  forgotten: nothing,
  stateError: nothing,
  removeTower: nothing,
  notification: nothing,
  notificationFailed: nothing,
  deliveryDelay: nothing,
  lastSuccess: nothing,
  queueLength: nothing,
  deadLetters: nothing,
  oldestUnacknowledged: nothing,
  configurationError: nothing,
  removeReceiver: nothing,
};
