import type { Receiver } from '../../../src/bridge/receiver.ts';
import { createReceiver } from '../../../src/bridge/receivers/create.ts';
import type { BridgeAlert } from '../../../src/bridge/store/types.ts';
import { alertOf } from '../support.ts';
import { alertmanagerConfig, type Exchange, type World } from './support.ts';

/** Makes and starts a receiver, which goes into the list of those that run. */
export const alertmanagerStarter =
  (running: Receiver[]) =>
  (world: World, value: object = {}, over: object = {}): Receiver => {
    const receiver = createReceiver(alertmanagerConfig(value, over), world.deps, world.peers.createClient);
    running.push(receiver);
    receiver.start();
    return receiver;
  };

/** An alert as it is sent. */
export interface Posted {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

/** The alerts of a post. */
export const alertsOf = ({ body }: Exchange): readonly Posted[] => {
  const parsed: readonly Posted[] = JSON.parse(body);
  return parsed;
};

/** An alert that began at `at`. */
export const named = (name: string, at: number, labels: Readonly<Record<string, string>> = {}): BridgeAlert =>
  alertOf({ alertname: name, ...labels }, { startsAt: at, firstSeen: at });

/** What a post says: `name+` for firing, `name-` for resolved, by the time it was sent. */
export const said = (exchange: Exchange): readonly string[] =>
  alertsOf(exchange).map(
    ({ labels, endsAt }) => `${labels['alertname'] ?? ''}${Date.parse(endsAt) > exchange.at ? '+' : '-'}`,
  );
