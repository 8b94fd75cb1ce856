import { at, entries, inProject } from './files.ts';

/** Where the schema of a kind lies in the packages that carry Kubernetes' own schemas, compiled. */
const schemas = new Map([
  ['apps/v1 Deployment', 'kubernetes-models/_schemas/IoK8sApiAppsV1Deployment'],
  ['apps/v1 StatefulSet', 'kubernetes-models/_schemas/IoK8sApiAppsV1StatefulSet'],
  ['v1 ConfigMap', 'kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap'],
  ['v1 Service', 'kubernetes-models/_schemas/IoK8sApiCoreV1Service'],
  ['v1 ServiceAccount', 'kubernetes-models/_schemas/IoK8sApiCoreV1ServiceAccount'],
  ['networking.k8s.io/v1 NetworkPolicy', 'kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy'],
  ['monitoring.coreos.com/v1 PrometheusRule', operatorSchema('PrometheusRule')],
  ['monitoring.coreos.com/v1 ServiceMonitor', operatorSchema('ServiceMonitor')],
]);

function operatorSchema(kind: string): string {
  const prefix = 'ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoringV1';
  // By its file: the package exports the models alone.
  return inProject(`node_modules/@kubernetes-models/prometheus-operator/_schemas/${prefix}${kind}.js`);
}

/** What Kubernetes would say against an object: values of a wrong type, keys that are missing, and keys that no schema knows. */
export const objectionsTo = async (object: unknown): Promise<readonly string[]> => {
  const kind = `${String(at(object, 'apiVersion'))} ${String(at(object, 'kind'))}`;
  const name = schemas.get(kind);
  if (name === undefined) return [`${kind}: no schema for it`];
  const module: unknown = await import(name);
  const validate = at(module, 'validate');
  if (typeof validate !== 'function') throw new TypeError(`${name} has no validate`);
  const read = new Set<string>();
  const valid: unknown = Reflect.apply(validate, undefined, [watched(object, '', read)]);
  const errors = valid === true ? [] : [JSON.stringify(Reflect.get(validate, 'errors'))];
  return [...errors, ...paths(object, '').flatMap((path) => (read.has(path) ? [] : [`${path}: no schema knows it`]))];
};

/**
 * The same value, but it notes what is read from it. Kubernetes' published schemas let unknown keys pass, and the API server drops
 * them, with what they were meant to do; but a compiled schema reads what it knows, so what it never read it does not know.
 */
const watched = (value: unknown, path: string, read: Set<string>): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key): unknown {
      const inner: unknown = Reflect.get(target, key);
      if (typeof key === 'symbol' || !Object.hasOwn(target, key)) return inner;
      const place = `${path}/${key}`;
      read.add(place);
      return watched(inner, place, read);
    },
  });
};

const paths = (value: unknown, path: string): readonly string[] => {
  const inner = Array.isArray(value)
    ? value.map((item, index): readonly [string, unknown] => [`${index}`, item])
    : entries(value);
  return inner.flatMap(([key, item]) => [`${path}/${key}`].concat(paths(item, `${path}/${key}`)));
};
