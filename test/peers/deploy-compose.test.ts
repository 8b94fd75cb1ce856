import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { dryParse } from '../deploy/support/cli.ts';
import { at, entries, inProject, list, scratchFolder, texts } from '../deploy/support/files.ts';
import { describeWithPeers } from '../support/peers.ts';

const text = readFileSync(inProject('deploy/compose/compose.yaml'), 'utf8');
const exampleEnvironment = parseEnv(readFileSync(inProject('deploy/compose/.env.example'), 'utf8'));

/** The file with its variables put in as Compose does: `${A:-b}` is b where A is empty or unset, `${A-b}` where it is unset. */
const compose = (environment: Readonly<Record<string, string | undefined>> = {}): unknown =>
  parse(
    text.replaceAll(/\$\{(\w+)(:?-)([^}]*)\}/g, (_, name: string, operator: string, fallback: string) => {
      const value = environment[name];
      return value === undefined || (value === '' && operator === ':-') ? fallback : value;
    }),
    { merge: true },
  );

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const services = entries(at(compose(), 'services'));
const own = services.filter(([, service]) => at(service, 'build') !== undefined);

describe('the compose file', () => {
  it('has the whole picture', () => {
    expect(services.map(([name]) => name)).toEqual(['simulator', 'exporter', 'prometheus', 'alertmanager', 'grafana']);
  });

  it('leaves no variable without a value', () => {
    expect(texts(compose()).filter(([, value]) => value.includes('$'))).toEqual([]);
  });

  it.each(services)('%s names an image of one version, or builds it here', (_, service) => {
    const image = String(at(service, 'image'));
    if (at(service, 'build') === undefined) expect(image).toMatch(/^[a-z.]+\/[\w/-]+:v?\d+\.\d+\.\d+$/);
    else
      expect(existsSync(join(inProject('deploy/compose'), String(at(service, 'build', 'context')), 'Dockerfile'))).toBe(
        true,
      );
  });

  it.each(services)('%s mounts what is there, and is open to this machine only', (_, service) => {
    for (const mount of list(at(service, 'volumes'))) {
      const [source = ''] = String(mount).split(':');
      if (source.startsWith('.')) expect(existsSync(inProject(join('deploy/compose', source))), source).toBe(true);
      else expect(entries(at(compose(), 'volumes')).map(([name]) => name)).toContain(source);
    }
    for (const port of list(at(service, 'ports'))) expect(String(port)).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    for (const other of list(at(service, 'depends_on'))) expect(services.map(([name]) => name)).toContain(other);
  });

  it.each(own)('%s runs without rights, with arguments that the command line takes', async (_, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    await dryParse(list(at(service, 'command')).map(String));
  });

  it('the exporter watches the simulator by default, and tells Alertmanager', () => {
    const config = load({});
    expect(config.towers).toMatchObject([{ name: 'demo', username: 'monitor' }]);
    expect(config.towers[0]?.url).toContain('simulator:9862');
    const flags = list(at(compose(), 'services', 'simulator', 'command')).map(String);
    const { CLOUDTOWER_USERNAME, CLOUDTOWER_PASSWORD } = exporterEnvironment({});
    expect(flags).toEqual(
      expect.arrayContaining([`--username=${CLOUDTOWER_USERNAME}`, `--password=${CLOUDTOWER_PASSWORD}`]),
    );
    expect(JSON.stringify(at(config.bridge?.receivers[0], 'alertmanager', 'urls'))).toContain('alertmanager:9093');
  });

  it('the exporter watches a real tower with .env filled in, with a password or with an API key', () => {
    const withPassword = load({ ...exampleEnvironment, CLOUDTOWER_PASSWORD: 'x' });
    expect(withPassword.towers[0]?.url).toContain('tower.example.com');
    const withKey = load({
      ...exampleEnvironment,
      CLOUDTOWER_USERNAME: '',
      CLOUDTOWER_PASSWORD: '',
      CLOUDTOWER_API_KEY: 'x',
    });
    expect(withKey.towers[0]?.api_key).not.toBeNull();
  });

  it('.env.example names what the compose file reads', () => {
    const read = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name));
    read.delete('CLOUDTOWER_INSECURE_SKIP_VERIFY'); // There, but not to be recommended.
    expect(Object.keys(exampleEnvironment).sort()).toEqual([...read].sort());
  });

  it('Grafana finds its data source where Prometheus is', () => {
    const provisioned = readFileSync(inProject('grafana/provisioning/datasources/prometheus.yaml'), 'utf8');
    for (const [, name = ''] of provisioned.matchAll(/\$\{?(PROMETHEUS\w*)/g)) {
      expect(at(compose(), 'services', 'grafana', 'environment', name)).toBe('http://prometheus:9090');
    }
    expect(provisioned).toMatch(/\$\{?PROMETHEUS_URL/);
  });
});

describeWithPeers('what the compose file mounts', ['promtool', 'amtool'], ({ promtool = '', amtool = '' }) => {
  it('Prometheus takes its configuration, rules included', () => {
    copyFileSync(inProject('deploy/compose/prometheus.yaml'), join(folder, 'prometheus.yaml'));
    cpSync(inProject('prometheus/rules'), join(folder, 'rules'), { recursive: true });
    const said = execFileSync(promtool, ['check', 'config', join(folder, 'prometheus.yaml')], { encoding: 'utf8' });
    expect(said).toMatch(/2 rule files found/);
  });

  it('Alertmanager takes its configuration', () => {
    const said = execFileSync(amtool, ['check-config', inProject('deploy/compose/alertmanager.yaml')], {
      encoding: 'utf8',
    });
    expect(said).toMatch(/SUCCESS/);
  });
});

/** What the exporter finds in its environment. */
const exporterEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    entries(at(compose(environment), 'services', 'exporter', 'environment')).map(([key, value]) => [
      key,
      String(value ?? ''),
    ]),
  );

const load = (environment: Readonly<Record<string, string | undefined>>): ReturnType<typeof loadConfig> =>
  loadConfig({ file: null, environment: exporterEnvironment(environment), directory: folder });
