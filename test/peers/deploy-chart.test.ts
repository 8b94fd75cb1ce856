import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { buildRenderer, chart, ofKind, renderChart, type Rendered } from '../deploy/support/chart.ts';
import { at, atHome, entries, inProject, list, scratchFolder, texts } from '../deploy/support/files.ts';
import { objectionsTo } from '../deploy/support/kubernetes.ts';
import { describeWithPeers } from '../support/peers.ts';

/** Values beside the defaults, each a case that somebody runs. */
const cases: Readonly<Record<string, readonly string[]>> = {
  defaults: [],
  everything: [join(chart, 'ci/everything.yaml')],
  'a bridge without a volume': ['no-volume.yaml'],
  'long names': ['long-names.yaml'],
};

const extraValues: Readonly<Record<string, string>> = {
  'no-volume.yaml': `config:
  bridge: {state_dir: /var/lib/bridge, receivers: [{name: a, alertmanager: {urls: ['http://am:9093']}}]}
`,
  'long-names.yaml': `fullnameOverride: ${'a'.repeat(61)}-cloudtower
serviceAccount: {create: false, name: shared}
`,
};

describeWithPeers('the Helm chart, rendered', ['go'], ({ go = '' }) => {
  const folder = scratchFolder();
  const rendered = new Map<string, Rendered>();
  const get = (name: string): Rendered => {
    const found = rendered.get(name);
    if (found === undefined) throw new RangeError(`${name} was not rendered`);
    return found;
  };

  beforeAll(() => {
    const renderer = buildRenderer(go, folder);
    for (const [name, text] of Object.entries(extraValues)) writeFileSync(join(folder, name), text);
    for (const [name, files] of Object.entries(cases)) {
      rendered.set(
        name,
        renderChart(renderer, ...files.map((file) => (file in extraValues ? join(folder, file) : file))),
      );
    }
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(Object.keys(cases))('%s: Kubernetes would take every object', async (name) => {
    const { objects } = get(name);
    expect(objects.length).toBeGreaterThan(2);
    for (const object of objects) expect(await objectionsTo(object), JSON.stringify(object).slice(0, 200)).toEqual([]);
  });

  it('would not take an object with a wrong type, or with a key that does not exist', async () => {
    const [workload] = ofKind(get('defaults'), 'Deployment');
    const wrong = { ...Object.fromEntries(entries(workload)), spec: { replicas: 'one', stategy: {} } };
    const objections = (await objectionsTo(wrong)).join('\n');
    expect(objections).toMatch(/replicas/);
    expect(objections).toMatch(/\/spec\/stategy: no schema knows it/);
  });

  it.each(Object.keys(cases))('%s: names are names, and labels find their pods', (name) => {
    const { objects } = get(name);
    const names = objects.map((object) => `${String(at(object, 'kind'))} ${String(at(object, 'metadata', 'name'))}`);
    expect(new Set(names).size).toBe(names.length);
    for (const object of objects)
      expect(String(at(object, 'metadata', 'name'))).toMatch(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/);
    const [service] = ofKind(get(name), 'Service');
    expect(String(at(service, 'metadata', 'name'))).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
    const [workload] = ofKind(get(name), 'Deployment', 'StatefulSet');
    const labels = at(workload, 'spec', 'template', 'metadata', 'labels');
    expect(labels).toMatchObject(Object(at(workload, 'spec', 'selector', 'matchLabels')));
    expect(labels).toMatchObject(Object(at(service, 'spec', 'selector')));
    for (const [, value] of entries(labels)) expect(String(value).length).toBeLessThan(64);
  });

  it.each(Object.keys(cases))('%s: one pod, without rights, with probes', (name) => {
    const workloads = ofKind(get(name), 'Deployment', 'StatefulSet');
    expect(workloads).toHaveLength(1);
    const [workload] = workloads;
    expect(at(workload, 'spec', 'replicas')).toBe(1);
    const pod = at(workload, 'spec', 'template', 'spec');
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
    });
    const containers = list(at(pod, 'containers'));
    expect(containers).toHaveLength(1);
    expect(containers[0]).toMatchObject({
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      livenessProbe: { httpGet: { path: '/-/healthy', port: 'http' } },
      readinessProbe: { httpGet: { port: 'http' } },
      ports: [{ name: 'http', containerPort: 9861 }],
    });
    expect(at(containers[0], 'resources', 'limits', 'memory')).toBeDefined();
    const volumes = new Set([
      ...list(at(pod, 'volumes')).map((volume) => at(volume, 'name')),
      ...list(at(workload, 'spec', 'volumeClaimTemplates')).map((claim) => at(claim, 'metadata', 'name')),
    ]);
    expect(new Set(list(at(containers[0], 'volumeMounts')).map((mount) => at(mount, 'name')))).toEqual(volumes);
  });

  it('keeps the state of the bridge in a volume, and stops the old pod before the new one starts', () => {
    const [stateful] = ofKind(get('everything'), 'StatefulSet');
    expect(at(stateful, 'spec', 'volumeClaimTemplates', 0, 'spec', 'resources', 'requests', 'storage')).toBe('1Gi');
    expect(at(ofKind(get('defaults'), 'Deployment')[0], 'spec', 'strategy', 'type')).toBe('Recreate');
    const [deployment] = ofKind(get('a bridge without a volume'), 'Deployment');
    const pod = at(deployment, 'spec', 'template', 'spec');
    expect(list(at(pod, 'volumes'))).toContainEqual({ name: 'state', emptyDir: {} });
    const mounts = list(at(pod, 'containers', 0, 'volumeMounts'));
    expect(mounts).toContainEqual({ name: 'state', mountPath: '/var/lib/bridge' });
    expect(get('a bridge without a volume').notes).toContain('bridge.persistence.enabled=true');
  });

  it.each(Object.keys(cases))('%s: the exporter takes its configuration, which holds no secret', (name) => {
    const map = ofKind(get(name), 'ConfigMap').find((object) => at(object, 'data', 'config.yaml') !== undefined);
    const text = String(at(map, 'data', 'config.yaml'));
    expect(
      texts(parse(text)).filter(([key]) =>
        /^(password|api_key|url_secret|credentials|client_secret|hmac_secret)$/.test(key),
      ),
    ).toEqual([]);
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, atHome(text, folder));
    const config = loadConfig({ file, environment: {}, directory: folder });
    expect(config.towers).toHaveLength(1);
    expect(config.bridge === null).toBe(name !== 'everything' && name !== 'a bridge without a volume');
  });

  it.each(Object.keys(cases))('%s: there is no Secret among the objects', (name) => {
    expect(ofKind(get(name), 'Secret')).toEqual([]);
  });

  it('brings the rules as they are, with the runbooks where they can be read', () => {
    const found = ofKind(get('everything'), 'PrometheusRule').map((object) => at(object, 'spec'));
    const files = readdirSync(inProject('prometheus/rules')).sort();
    expect(files.length).toBeGreaterThan(1);
    const expected = files.map((file): unknown =>
      parse(
        readFileSync(inProject(`prometheus/rules/${file}`), 'utf8').replaceAll(
          'https://cloudtower-exporter.example/',
          'https://wiki.example.com/cloudtower/',
        ),
      ),
    );
    expect(found).toEqual(expected);
  });

  it('brings every dashboard', () => {
    const maps = ofKind(get('everything'), 'ConfigMap').filter(
      (map) => at(map, 'metadata', 'labels', 'grafana_dashboard') === '1',
    );
    const files = readdirSync(inProject('grafana/dashboards')).filter((file) => file.endsWith('.json'));
    const found = new Map(maps.flatMap((map) => entries(at(map, 'data'))));
    expect([...found.keys()].sort()).toEqual(files.sort());
    for (const [file, text] of found) {
      const committed: unknown = JSON.parse(readFileSync(inProject(`grafana/dashboards/${basename(file)}`), 'utf8'));
      expect(JSON.parse(String(text))).toEqual(committed);
    }
  });

  it('lets the Prometheus operator find the service, under a job that the rules know', () => {
    const [monitor] = ofKind(get('everything'), 'ServiceMonitor');
    const [service] = ofKind(get('everything'), 'Service');
    const labels = at(service, 'metadata', 'labels');
    expect(labels).toMatchObject(Object(at(monitor, 'spec', 'selector', 'matchLabels')));
    expect(String(at(labels, String(at(monitor, 'spec', 'jobLabel'))))).toMatch(/^cloudtower/);
    expect(list(at(service, 'spec', 'ports')).map((port) => at(port, 'name'))).toContain(
      at(monitor, 'spec', 'endpoints', 0, 'port'),
    );
  });

  it('renders nothing that was not asked for', () => {
    const kinds = get('defaults').objects.map((object) => String(at(object, 'kind')));
    expect(kinds.sort()).toEqual(['ConfigMap', 'Deployment', 'Service', 'ServiceAccount']);
    expect(ofKind(get('long names'), 'ServiceAccount')).toEqual([]);
  });
});
