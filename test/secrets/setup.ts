import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { stringify } from 'yaml';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Echo } from './echo.ts';
import { marks, users } from './marks.ts';

/** Where things stand. */
export interface Setup {
  readonly folder: string;
  readonly good: Simulator;
  readonly echo: Echo;
}

const everySecond = Object.fromEntries(
  ['tower', 'clusters', 'hosts', 'disks', 'alerts', 'recycle_bin'].map((name) => [name, { interval: '1s' }]),
);

/** A configuration in which every kind of secret stands somewhere, and every receiver fails in all ways but two. */
export const configuration = ({ good, echo }: Setup): object => {
  const hook = (name: string, url: string, more: object = {}): object => ({
    name,
    webhook: { url, group_wait: '0s', group_interval: '1s', hmac_secret: marks.hmac, timeout: '1s', ...more },
  });
  const http = (more: object): object => ({ http_config: { headers: { 'X-Api-Token': marks.header }, ...more } });
  const basic_auth = { username: users.basic, password: marks.basic };
  const oauth2 = {
    client_id: 'me',
    client_secret: marks.clientSecret,
    token_url: `${echo.url}/token`,
    endpoint_params: { audience: 'them' },
  };
  const towers = [
    { name: 'good', url: good.url, username: good.username, password: marks.password },
    { name: 'echo', url: `${echo.url}/refusing`, username: 'me', password: marks.password },
    { name: 'granting', url: `${echo.url}/granting`, username: 'me', password: marks.password },
    { name: 'keyed', url: `${echo.url}/keyed`, api_key: marks.apiKey },
    {
      name: 'proxied',
      url: good.url,
      api_key: marks.apiKey,
      proxy_url: `http://${users.proxy}:${marks.proxy}@127.0.0.1:9`,
    },
  ];
  return {
    towers: towers.map((tower) => Object.assign(tower, { timeout: '1s', collectors: everySecond })),
    bridge: {
      state_dir: 'state',
      drain_timeout: '1s',
      receivers: [
        hook('token-in-url', `${echo.url}/hook/${marks.hookPath}?key=${marks.hookQuery}`, http({ basic_auth })),
        hook('bearer', `${echo.url}/bearer`, http({ authorization: { credentials: marks.bearer } })),
        hook('oauth', `${echo.url}/oauth`, http({ oauth2 })),
        hook(
          'proxied',
          'http://example.invalid/',
          http({ proxy_url: `http://${users.proxy}:${marks.proxy}@127.0.0.1:9` }),
        ),
        hook('nobody', `http://127.0.0.1:9/${marks.hookPath}?key=${marks.hookQuery}`),
        {
          name: 'alertmanagers',
          alertmanager: {
            urls: [`${echo.url}/am`, 'http://127.0.0.1:9'],
            resend_interval: '1s',
            timeout: '1s',
            ...http({ basic_auth }),
          },
        },
        {
          name: 'bearer-alertmanager',
          alertmanager: {
            urls: [`${echo.url}/am2`],
            resend_interval: '1s',
            timeout: '1s',
            ...http({ authorization: { credentials: marks.bearer } }),
          },
        },
      ],
    },
  };
};

/** Writes the configuration of the exporter and of its server; answers with their paths. */
export const writeFiles = (setup: Setup, value: unknown = configuration(setup)): { config: string; web: string } => {
  const config = join(setup.folder, 'exporter.yaml');
  const web = join(setup.folder, 'web.yaml');
  writeFileSync(config, typeof value === 'string' ? value : stringify(value));
  writeFileSync(web, stringify({ basic_auth_users: { [users.web]: hashSync(marks.web, 4) } }));
  return { config, web };
};
