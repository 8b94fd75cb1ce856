import type { ExporterConfig, TowerConfig } from './schema.ts';

/** What can be used as it stands, but is hardly what was meant: a sentence each. */
export const configWarnings = ({ towers, bridge }: ExporterConfig): string[] =>
  towers.flatMap((tower) => [
    ...(sendsInTheClear(tower) ? [`tower ${tower.name}: credentials go over plain http: use an https:// URL`] : []),
    ...(bridge !== null && !tower.collectors.alerts.enabled
      ? [`tower ${tower.name}: the collector alerts is switched off, so the bridge hears nothing of it`]
      : []),
    ...Object.entries(tower.collectors)
      .filter(([, { enabled, interval, stale_after }]) => enabled && stale_after <= interval)
      .map(
        ([name]) =>
          `tower ${tower.name}: collector ${name}: stale_after is not above interval, so its series come and go`,
      ),
  ]);

const sendsInTheClear = ({ url }: TowerConfig): boolean => {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
};
