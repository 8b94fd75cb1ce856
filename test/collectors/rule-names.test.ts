import { describe, expect, it } from 'vitest';
import { RuleNames } from '../../src/collectors/rule-names.ts';
import { silentLogger } from '../../src/log.ts';
import { FakeTower } from './support/fake-tower.ts';
import { ManualClock } from './support/manual-clock.ts';
import { alert } from './support/rows.ts';

const signal = new AbortController().signal;

const make = (fields: { pageSize?: number; withBoolean?: boolean } = {}) => {
  const tower = new FakeTower();
  const clock = new ManualClock();
  tower.rows['get-alert-rules'] = [1, 2, 3].map((n) => ({
    id: `r${n}`,
    global_alert_rule: { id: `g${n}`, name: `rule ${n}` },
  }));
  const rules = new RuleNames({
    reader: tower,
    clock,
    logger: silentLogger,
    pageSize: 500,
    withBoolean: false,
    ...fields,
  });
  const names = async (...ids: (string | null)[]): Promise<(string | null)[]> => {
    const alerts = ids.map((id, index) => alert({ id: `a${index}`, alert_rule_id: id }));
    await rules.learn(alerts, signal);
    return rules.join(alerts).map(({ rule }) => rule);
  };
  return { tower, clock, rules, names };
};

describe('names of alert rules', () => {
  it('are asked for by id when first seen, and then known', async () => {
    const { tower, names } = make();
    expect(await names('r1', 'r1', null)).toEqual(['rule 1', 'rule 1', null]);
    expect(await names('r1', 'r2')).toEqual(['rule 1', 'rule 2']);
    expect(await names('r2', 'r1')).toEqual(['rule 2', 'rule 1']);
    expect(tower.asked.map(({ operation, where }) => [operation, where])).toEqual([
      ['get-alert-rules', { id_in: ['r1'] }],
      ['get-alert-rules', { id_in: ['r2'] }],
    ]);
  });

  it('are asked for page by page', async () => {
    const { tower, names } = make({ pageSize: 2 });
    expect(await names('r1', 'r2', 'r3')).toEqual(['rule 1', 'rule 2', 'rule 3']);
    expect(tower.asked.map(({ where }) => where)).toEqual([{ id_in: ['r1', 'r2'] }, { id_in: ['r3'] }]);
  });

  it('stay unknown when the look-up fails, and are not asked for again for three minutes', async () => {
    const { tower, clock, names } = make();
    tower.fail('get-alert-rules', 'forbidden');
    expect(await names('r1')).toEqual([null]);
    await clock.advance(179_999);
    expect(await names('r1')).toEqual([null]);
    expect(tower.asked).toHaveLength(1);
    tower.answers.clear();
    await clock.advance(1);
    expect(await names('r1')).toEqual(['rule 1']);
  });

  it.each(['network', 'status', 'rate_limited', 'incomplete'] as const)(
    'are asked for again at the next poll when the look-up failed with %s',
    async (code) => {
      const { tower, clock, names } = make();
      expect(await names('r2')).toEqual(['rule 2']);
      tower.fail('get-alert-rules', code);
      expect(await names('r1', 'r2')).toEqual([null, 'rule 2']);
      tower.answers.clear();
      await clock.advance(1);
      expect(await names('r1', 'r2')).toEqual(['rule 1', 'rule 2']);
      expect(tower.asked.at(-1)?.where).toEqual({ id_in: ['r1'] });
    },
  );

  it('of a rule that has gone are asked for again now and then', async () => {
    const { tower, clock, names } = make();
    expect(await names('r9')).toEqual([null]);
    expect(await names('r9')).toEqual([null]);
    await clock.advance(180_000);
    expect(await names('r9')).toEqual([null]);
    expect(tower.asked).toHaveLength(2);
  });

  it('keep alerts waiting for ten seconds at most', async () => {
    const { tower, clock, names } = make();
    tower.hold('get-alert-rules');
    const asked = names('r1');
    await clock.advance(10_000);
    expect(await asked).toEqual([null]);
    expect(tower.asked[0]?.signal?.aborted).toBe(true);
  });

  it('come with whether the rule is boolean where that is wanted, retried until it is known', async () => {
    const { tower, clock, rules, names } = make({ withBoolean: true });
    const alerts = [alert({ id: 'a', alert_rule_id: 'r1' })];
    tower.fail('get-global-alert-rules', 'status');
    expect(await names('r1')).toEqual(['rule 1']);
    expect(rules.join(alerts)[0]?.rule_boolean).toBeNull();
    tower.answers.clear();
    tower.rows['get-global-alert-rules'] = [{ id: 'g1', name: 'rule 1', boolean: false }];
    await clock.advance(180_000);
    await names('r1');
    expect(rules.join(alerts)[0]?.rule_boolean).toBe(false);
    const { length } = tower.asked;
    await clock.advance(600_000);
    await names('r1');
    expect(tower.asked).toHaveLength(length);
  });
});
