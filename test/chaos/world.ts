import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { freePort, type RealAlertmanager, startAlertmanager } from '../support/alertmanager.ts';
import { findPeer } from '../support/peers.ts';
import { Hook, type Told } from './hook.ts';
import { Ledger } from './ledger.ts';
import { startPrometheus, type Prometheus } from './prometheus.ts';
import { Victim } from './program.ts';

/** Everything there is: towers, the program, receivers, and who looks at it. */
export interface World extends AsyncDisposable {
  readonly towers: ReadonlyMap<string, Simulator>;
  readonly victim: Victim;
  /** The webhook of the bridge's second receiver. */
  readonly hook: Hook;
  readonly alertmanagers: readonly RealAlertmanager[];
  readonly prometheus: Prometheus | null;
  readonly ledger: Ledger;
  readonly url: string;
  readonly stateFile: string;
  /** Writes the configuration file; what it says differs from variant to variant, never what must come out. */
  configure(variant: 'plain' | 'other' | 'broken'): void;
}

/** Real seconds in which a tower lives a minute. */
export const secondsPerMinute = 2;

export const buildWorld = async (seed: number): Promise<World> => {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  const towers = new Map<string, Simulator>();
  for (const [at, name] of ['east', 'west'].entries()) {
    const size = { clusters: 3, hosts: 3, disks: 4, vms: 60, alerts: 24 };
    towers.set(name, await startSimulator({ ...size, seed: seed * 2 + at, version: at === 0 ? '4.8.0' : '3.4.4' }));
  }
  const ledger = new Ledger(towers);
  const onTold = (by: string) => (told: Told) => ledger.told(by, told);
  const hook = new Hook('chat', onTold('chat'));
  await hook.listen();

  const binary = findPeer('prometheus-alertmanager');
  const echoes: Hook[] = [];
  const alertmanagers: RealAlertmanager[] = [];
  if (binary !== null) {
    for (const name of ['am-0', 'am-1']) {
      const echo = new Hook(name, onTold(name));
      await echo.listen();
      echoes.push(echo);
      alertmanagers.push(
        await startAlertmanager({ binary, webhook: echo.url, groupBy: ['tower', 'alert_id', 'severity'] }),
      );
    }
  }

  const port = await freePort();
  const file = join(folder, 'exporter.yaml');
  const configure: World['configure'] = (variant) => {
    const text = stringify(config({ towers, hook, alertmanagers, variant }));
    writeFileSync(file, variant === 'broken' ? `${text}\nunknown_key: [` : text);
  };
  configure('plain');
  const victim = new Victim([
    `--config.file=${file}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=debug',
    '--log.format=json',
  ]);
  const prometheus = await startPrometheus(`127.0.0.1:${port}`, folder);
  return {
    towers,
    victim,
    hook,
    alertmanagers,
    prometheus,
    ledger,
    url: `http://127.0.0.1:${port}`,
    stateFile: join(folder, 'state', 'bridge.sqlite'),
    configure,
    [Symbol.asyncDispose]: async () => {
      await victim.end('SIGKILL');
      await prometheus?.stop();
      for (const alertmanager of alertmanagers) await alertmanager.remove();
      for (const each of [hook, ...echoes]) await each.close();
      for (const tower of towers.values()) await tower.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

interface ConfigParts {
  readonly towers: ReadonlyMap<string, Simulator>;
  readonly hook: Hook;
  readonly alertmanagers: readonly RealAlertmanager[];
  readonly variant: 'plain' | 'other' | 'broken';
}

const config = ({ towers, hook, alertmanagers, variant }: ConfigParts): object => {
  const plain = variant === 'plain';
  const every = (interval: string): object => ({ interval, stale_after: '20s' });
  return {
    towers: [...towers].map(([name, { url, username, password }]) => ({
      name,
      url,
      username,
      password,
      timeout: '2s',
      page_size: plain ? 50 : 20,
      max_concurrency: plain ? 4 : 2,
      collectors: {
        tower: every('3s'),
        clusters: every('1s'),
        hosts: every('1s'),
        disks: every('2s'),
        alerts: every('1s'),
        recycle_bin: every('2s'),
        vms: { enabled: true, ...every('2s') },
      },
    })),
    bridge: {
      state_dir: 'state',
      drain_timeout: plain ? '3s' : '2s',
      receivers: [
        ...(alertmanagers.length === 0
          ? []
          : [
              {
                name: 'on-call',
                alertmanager: {
                  urls: alertmanagers.map(({ url }) => url),
                  resend_interval: plain ? '5s' : '4s',
                  timeout: '2s',
                },
              },
            ]),
        {
          name: 'chat',
          webhook: {
            url: hook.url,
            group_wait: '0s',
            group_interval: '1s',
            repeat_interval: '1h',
            timeout: '2s',
            max_alerts: plain ? 0 : 7,
          },
        },
      ],
    },
  };
};
