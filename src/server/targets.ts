import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

/** One group of Prometheus' HTTP service discovery. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * One target a tower, ready to scrape: the address by which the asker reached this exporter, the path and the parameter.
 * `instance` is the tower, because targets that differ in a parameter only would otherwise share their `up` series.
 */
export const serviceDiscovery = (request: IncomingMessage, towers: readonly string[]): TargetGroup[] => {
  const address = reachedAs(request);
  const scheme = request.socket instanceof TLSSocket ? 'https' : 'http';
  return towers.map((tower) => ({
    targets: [address],
    labels: { __scheme__: scheme, __metrics_path__: '/probe', __param_tower: tower, instance: tower },
  }));
};

/** The Host header where it is a plain host and port, else the address that was connected to. */
const reachedAs = (request: IncomingMessage): string => {
  const { host } = request.headers;
  if (host !== undefined && /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/.test(host)) return host;
  const { localAddress = '127.0.0.1', localPort = 0 } = request.socket;
  return localAddress.includes(':') ? `[${localAddress}]:${localPort}` : `${localAddress}:${localPort}`;
};
