import type { Receiver } from '../../../src/bridge/receiver.ts';
import { createReceiver } from '../../../src/bridge/receivers/create.ts';
import type { BridgeAlert } from '../../../src/bridge/store/types.ts';
import { alertOf } from '../support.ts';
import { type Exchange, webhookConfig, type World } from './support.ts';

/** Makes and starts a receiver, which goes into the list of those that run. */
export const webhookStarter =
  (running: Receiver[]) =>
  (world: World, value: object = {}, over: object = {}): Receiver => {
    const receiver = createReceiver(webhookConfig(value, over), world.deps, world.peers.createClient);
    running.push(receiver);
    receiver.start();
    return receiver;
  };

/** What of a notification the tests look at. */
export interface Payload {
  readonly status: string;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly startsAt: string;
    readonly endsAt: string;
  }[];
  readonly groupKey: string;
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly commonLabels: Readonly<Record<string, string>>;
}

export const payloadOf = ({ body }: Exchange): Payload => {
  const parsed: Payload = JSON.parse(body);
  return parsed;
};

/** What a notification says: `host+` for firing, `host-` for resolved. */
export const said = (exchange: Exchange): readonly string[] =>
  payloadOf(exchange)
    .alerts.map(({ labels, status }) => `${labels['host']}${status === 'firing' ? '+' : '-'}`)
    .sort();

/** The notifications that were accepted. */
export const accepted = (world: World): readonly Exchange[] =>
  world.peers.posts().filter(({ status }) => status === 200);

/** A disk alert of a host that began at `at`. */
export const on = (host: string, at: number, labels: Readonly<Record<string, string>> = {}): BridgeAlert =>
  alertOf({ alertname: 'disk', tower: 't', cluster_id: 'c', host, ...labels }, { startsAt: at, firstSeen: at });
