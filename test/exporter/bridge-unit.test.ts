import { describe, expect, it } from 'vitest';
import { StoreError, type StoreErrorCode } from '../../src/bridge/store/errors.ts';
import { openStore } from '../../src/bridge/store/sqlite.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { configSchema, type ExporterConfig } from '../../src/config/schema.ts';
import { BridgeUnit } from '../../src/exporter/bridge-unit.ts';
import { silentLogger } from '../../src/log.ts';
import { ExporterMetrics } from '../../src/metrics/exporter-metrics.ts';

const config: ExporterConfig = configSchema({ directory: '/' }).parse({
  towers: [{ name: 'a', url: 'http://a', api_key: 'k' }],
  bridge: { drain_timeout: '0s', receivers: [{ name: 'r', webhook: { url: 'http://127.0.0.1:1' } }] },
});

/** A clock whose waits end when the test says so. */
class HeldClock implements Clock {
  private waiting: (() => void)[] = [];
  now = (): number => systemClock.now();
  monotonic = (): number => systemClock.monotonic();

  sleep(_ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push(resolve);
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }

  async letPass(): Promise<void> {
    for (const resolve of this.waiting.splice(0)) resolve();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** A unit whose state fails to open with each of the codes in turn, then opens. */
const unitWith = (clock: Clock, codes: StoreErrorCode[]): BridgeUnit => {
  const { bridge: metrics } = new ExporterMetrics({ version: '', revision: '', processMetrics: false });
  return new BridgeUnit({
    clock,
    random: Math.random,
    logger: silentLogger,
    metrics,
    dryRun: null,
    open: (options) => {
      const code = codes.shift();
      if (code !== undefined) throw new StoreError(code, 'state', `${code}!`);
      return openStore({ ...options, directory: null });
    },
  });
};

describe('the bridge of an exporter whose state cannot be opened at the start', () => {
  it('is tried again while the disk is at fault, and begins when it can', async () => {
    const clock = new HeldClock();
    const unit = unitWith(clock, ['full', 'io']);
    await unit.start(config);
    expect(unit.status()).toEqual([]);
    expect(unit.consumer.openAlertIds('a')).toEqual([]);
    await clock.letPass();
    expect(unit.status()).toEqual([]);
    await clock.letPass();
    expect(unit.status()).toMatchObject([{ name: 'r' }]);
    await unit.stop();
  });

  it.each<StoreErrorCode>(['locked', 'newer_schema', 'read_only', 'cannot_open'])(
    'is refused when that is %s',
    async (code) => {
      await expect(unitWith(new HeldClock(), [code]).start(config)).rejects.toMatchObject({ code });
    },
  );

  it('is not tried any more after the end, or after a reload that takes it away', async () => {
    for (const end of [
      (unit: BridgeUnit) => unit.stop(),
      (unit: BridgeUnit) => unit.apply({ ...config, bridge: null }),
    ]) {
      const clock = new HeldClock();
      const unit = unitWith(clock, ['full']);
      await unit.start(config);
      await end(unit);
      await clock.letPass();
      expect(unit.status()).toEqual([]);
    }
  });

  it('is refused by a reload, whatever the reason: the old one stays', async () => {
    const codes: StoreErrorCode[] = [];
    const unit = unitWith(new HeldClock(), codes);
    await unit.start({ ...config, bridge: null });
    codes.push('full');
    await expect(unit.apply(config)).rejects.toMatchObject({ code: 'full' });
    expect(unit.status()).toEqual([]);
    await unit.apply(config);
    expect(unit.status()).toHaveLength(1);
    await unit.stop();
  });
});
