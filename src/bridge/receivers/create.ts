import type { ReceiverConfig } from '../../config/schema.ts';
import type { Receiver, ReceiverDeps } from '../receiver.ts';
import { createAlertmanagerReceiver, type HttpClientFactory } from './alertmanager.ts';
import { createWebhookReceiver } from './webhook.ts';

/**
 * Makes the receiver that the configuration describes. It does nothing before `start`.
 * @throws {MatcherError} when a matcher cannot be read
 */
export const createReceiver = (
  config: ReceiverConfig,
  deps: ReceiverDeps,
  createClient?: HttpClientFactory,
): Receiver =>
  config.type === 'alertmanager'
    ? createAlertmanagerReceiver(config, deps, createClient)
    : createWebhookReceiver(config, deps, createClient);
