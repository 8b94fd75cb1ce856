/** A bridge on a real state directory, which the test kills at any moment. Arguments: the directory and the inbox file. */
import { appendFileSync } from 'node:fs';
import { createBridge } from '../../../src/bridge/bridge.ts';
import { noBridgeMetrics } from '../../../src/bridge/metrics.ts';
import type { AlertPoll, Lookup, PolledAlert } from '../../../src/bridge/poll.ts';
import { openStore } from '../../../src/bridge/store/sqlite.ts';
import { systemClock } from '../../../src/clock.ts';
import { silentLogger } from '../../../src/log.ts';
import { bridgeConfig, receiverConfig } from '../config.ts';
import { modelReceiver } from '../model.ts';

const [, , directory = '', inboxFile = ''] = process.argv;

/** What the test sends: a poll as JSON, or the word to end. */
type Message =
  | {
      readonly kind: 'poll';
      readonly alerts: readonly PolledAlert[];
      readonly lookups: readonly (readonly [string, Lookup])[];
    }
  | { readonly kind: 'end' };

const store = openStore({ directory, clock: systemClock, logger: silentLogger });
const pause = new Int32Array(new SharedArrayBuffer(4));
const accepted = {
  push: (transition: object) => {
    appendFileSync(inboxFile, `${JSON.stringify(transition)}\n`);
    // Time for a kill between the acceptance and its acknowledgement.
    Atomics.wait(pause, 0, 0, 1);
  },
};
const bridge = createBridge({
  config: bridgeConfig({ receivers: [receiverConfig('r')] }),
  towers: [{ name: 't', url: 'https://tower.example.com', pollInterval: 30_000 }],
  store,
  clock: systemClock,
  random: Math.random,
  logger: silentLogger,
  metrics: noBridgeMetrics,
  dryRun: null,
  createReceiver: ({ name }) => modelReceiver(name, { store }, { accepted, down: false }, 5),
});
bridge.start();

const ask = (): void => {
  process.send?.({ held: bridge.openAlertIds('t') });
};

process.on('message', (message: Message) => {
  if (message.kind === 'end') {
    void bridge.stop(0).then(() => process.exit(0));
    return;
  }
  const poll: AlertPoll = {
    tower: 't',
    at: Date.now(),
    outcome: 'complete',
    reason: null,
    alerts: message.alerts,
    lookups: new Map(message.lookups),
    scope: null,
  };
  void bridge.accept(poll).then(ask);
});
ask();
