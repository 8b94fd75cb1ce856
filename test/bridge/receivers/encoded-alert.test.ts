import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAlert, encodeBody, encodedLength, encodeOne } from '../../../src/bridge/receivers/encoded-alert.ts';
import { alertOf } from '../support.ts';

const texts = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }));
/** Years 0 to 9999 have four digits, others more. */
const time = fc.date({ noInvalidDate: true }).map((date) => date.getTime());
const sent = fc
  .record({ labels: texts, annotations: texts, generatorURL: fc.option(fc.string()), startsAt: time, end: time })
  .map(({ labels, annotations, generatorURL, startsAt, end }) => {
    const alert = alertOf(labels, { annotations, generatorURL });
    const endsAt = new Date(end).toISOString();
    return { alert, startsAt, endsAt, encoded: encodeAlert(alert, startsAt) };
  });

describe('alerts as bytes', () => {
  it('are what JSON.stringify makes of them, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(sent), (alerts) => {
        const expected = alerts.map(({ alert: { labels, annotations, generatorURL }, startsAt, endsAt }) => ({
          labels,
          annotations,
          startsAt: new Date(startsAt).toISOString(),
          endsAt,
          ...(generatorURL === null ? {} : { generatorURL }),
        }));
        expect(encodeBody(alerts).toString('utf8')).toBe(JSON.stringify(expected));
        expect(alerts.map((one) => encodeOne(one).toString('utf8'))).toEqual(
          expected.map((one) => JSON.stringify(one)),
        );
        const length = alerts.reduce((sum, one) => sum + encodedLength(one) + 1, 1);
        expect(encodeBody(alerts)).toHaveLength(Math.max(length, 2));
      }),
    );
  });

  it('are made once, and anew for another start or another alert', () => {
    const alert = alertOf({ alertname: 'a' });
    const first = encodeAlert(alert, 1000);
    expect(encodeAlert(alert, 1000)).toBe(first);
    const second = encodeAlert(alert, 2000);
    expect(encodeOne({ encoded: second, endsAt: '' }).toString()).toContain('1970-01-01T00:00:02.000Z');
    expect(encodeOne({ encoded: first, endsAt: '' }).toString()).toContain('1970-01-01T00:00:01.000Z');
    const changed = { ...alert, annotations: { summary: 'changed' } };
    expect(encodeOne({ encoded: encodeAlert(changed, 1000), endsAt: '' }).toString()).toContain('changed');
  });
});
