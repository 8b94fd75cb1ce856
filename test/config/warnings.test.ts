import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { configWarnings } from '../../src/config/warnings.ts';

const warningsOf = (tower: object, rest: object = {}): string[] =>
  configWarnings(
    configSchema({ directory: '/' }).parse({
      towers: [{ name: 'a', url: 'https://a', api_key: 'k', ...tower }],
      ...rest,
    }),
  );

const bridge = { bridge: { receivers: [{ name: 'r', webhook: { url: 'http://r' } }] } };

describe('configWarnings', () => {
  it.each<[string, object, object]>([
    ['the defaults', {}, bridge],
    ['plain http on this machine', { url: 'http://127.0.0.1:8090' }, {}],
    ['no alerts without a bridge', { collectors: { alerts: { enabled: false } } }, {}],
    ['odd times of a collector that is off', { collectors: { vms: { interval: '10s', stale_after: '5s' } } }, {}],
  ])('has nothing to say of %s', (_, tower, rest) => {
    expect(warningsOf(tower, rest)).toEqual([]);
  });

  it.each<[object, object, string]>([
    [{ url: 'http://tower.example.com' }, {}, 'credentials go over plain http'],
    [{ collectors: { alerts: { enabled: false } } }, bridge, 'the bridge hears nothing of it'],
    [{ collectors: { hosts: { interval: '10s', stale_after: '5s' } } }, {}, 'collector hosts: stale_after'],
  ])('tells of %o', (tower, rest, message) => {
    expect(warningsOf(tower, rest)).toEqual([expect.stringContaining(message)]);
  });
});
