import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { keyOf } from '../collectors/support/oracle.ts';
import { freePort } from '../support/alertmanager.ts';
import { findPeer } from '../support/peers.ts';

/** A real Prometheus that scrapes the program every second. */
export interface Prometheus {
  /** The towers' series as it holds them now. */
  series(): Promise<Map<string, number>>;
  stop(): Promise<void>;
}

const answer = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

/** Null where there is none. */
export const startPrometheus = async (target: string, folder: string): Promise<Prometheus | null> => {
  const binary = findPeer('prometheus');
  if (binary === null) return null;
  const file = join(folder, 'prometheus.yaml');
  const scrape = { job_name: 'exporter', static_configs: [{ targets: [target] }] };
  writeFileSync(file, stringify({ global: { scrape_interval: '1s', scrape_timeout: '1s' }, scrape_configs: [scrape] }));
  const port = await freePort();
  const data = `--storage.tsdb.path=${join(folder, 'prometheus')}`;
  const child = spawn(binary, [`--config.file=${file}`, data, `--web.listen-address=127.0.0.1:${port}`], {
    stdio: 'ignore',
  });
  const gone = once(child, 'exit');
  return {
    series: async () => {
      const query = encodeURIComponent('{__name__=~"cloudtower_.+",tower!=""}');
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${query}`);
      const { data: found } = answer.parse(await response.json());
      return new Map(
        found.result.map(({ metric: { __name__: name = '', job: _job, instance: _instance, ...labels }, value }) => [
          keyOf(name, labels),
          Number(value[1]),
        ]),
      );
    },
    stop: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
};
