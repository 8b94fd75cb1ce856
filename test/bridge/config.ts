import type { BridgeConfig, ReceiverConfig } from '../../src/config/schema.ts';
import { bridgeSchema } from '../../src/config/schema/bridge.ts';

/** A receiver that is never spoken to; the model stands in for it. */
export const receiverConfig = (name: string): ReceiverConfig => {
  const [receiver] = parse([name]).receivers;
  if (receiver === undefined) throw new Error('a bridge without receivers');
  return receiver;
};

export const bridgeConfig = (over: Partial<BridgeConfig> = {}): BridgeConfig => ({ ...parse(['r']), ...over });

export const alertmanagerConfig = (name: string): ReceiverConfig => {
  const config = bridgeSchema({ directory: '/' }).parse({
    receivers: [{ name, alertmanager: { urls: ['http://127.0.0.1:1'] } }],
  });
  const [receiver] = config.receivers;
  if (receiver === undefined) throw new Error('a bridge without receivers');
  return receiver;
};

const parse = (names: readonly string[]): BridgeConfig =>
  bridgeSchema({ directory: '/' }).parse({
    state_dir: '/tmp',
    receivers: names.map((name) => ({ name, webhook: { url: 'http://127.0.0.1:1/' } })),
  });
