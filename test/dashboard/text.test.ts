import { describe, expect, it } from 'vitest';
import { everything } from '../../src/dashboard/scope.ts';
import { dashboardText } from '../../src/dashboard/text/text.ts';
import { clean, fit, pad, textWidth } from '../../src/dashboard/text/width.ts';
import { viewOf } from '../../src/dashboard/view.ts';
import { cluster, polledAlert } from '../collectors/support/rows.ts';
import { now, tower, unread } from './estate.ts';
import { sourceOf, states, view } from './source.ts';

const text = (objects: ReturnType<typeof tower>, options: { colour?: boolean; width?: number } = {}, own = states()) =>
  dashboardText({ ...viewOf(sourceOf([view(objects, own)]), everything, now), now, colour: false, ...options });

describe('columns of a terminal', () => {
  it.each([
    ['abc', 3],
    ['上海', 4],
    ['ｗｉｄｅ', 8],
    ['e\u0301', 1],
    ['한국', 4],
    ['🏙', 2],
    ['', 0],
  ])('%s takes %i', (value, width) => {
    expect(textWidth(value)).toBe(width);
    expect(textWidth(pad(value, 10))).toBe(10);
    expect(textWidth(pad(value, 10, 'end'))).toBe(10);
  });

  it('cuts between characters and never beyond the width', () => {
    expect(fit('上海生产', 6)).toBe('上海…');
    expect(fit('abc', 3)).toBe('abc');
    expect(textWidth(fit('上海生产', 5))).toBeLessThanOrEqual(5);
  });

  it('lets no name command the terminal', () => {
    expect(clean('a\u001b[31mb\u202Ec\nd\u0007')).toBe('a\uFFFD[31mb\uFFFDc d\uFFFD');
  });
});

describe('the terminal page', () => {
  const estate = tower({
    clusters: [
      cluster({ id: 'c1', name: '上海-生产' }),
      cluster({ id: 'c2', name: 'plain', connect_state: 'DISCONNECTED' }),
    ],
    alerts: Array.from({ length: 30 }, (_, at) =>
      polledAlert({ id: `a${at}`, message: `\u001b[2J ${'长'.repeat(200)}` }),
    ),
  });

  it('begins with the verdict and keeps its columns aligned', () => {
    const lines = text(estate).split('\n');
    expect(lines[0]).toBe('✕ Needs attention now');
    expect(lines).toContain('  ✕ 30 critical alerts');
    const rows = lines.filter((line) => line.includes('SMTX OS (ELF)  6.2.0'));
    const at = rows.map((line) => textWidth(line.slice(0, line.indexOf('SMTX OS (ELF) '))));
    expect(rows).toHaveLength(2);
    expect(new Set(at).size).toBe(1);
    expect(lines).toContain('  10 more: --output json lists all, with cause, impact and solution');
  });

  it('stays within the terminal', () => {
    for (const line of text(estate, { width: 100 }).split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(100);
  });

  it('is coloured only where that is wanted, and never by what a tower says', () => {
    expect(text(estate)).not.toContain('\u001b');
    const coloured = text(estate, { colour: true });
    expect(coloured).toContain('\u001b[31;1m');
    expect(coloured).not.toContain('\u001b[2J');
  });

  it('says what was not read', () => {
    const failing = states({ lastSuccess: null, lastError: { code: 'network', message: 'connect ECONNREFUSED' } });
    expect(text(unread, {}, failing)).toMatch(/tower shanghai was never read[^]*not read yet[^]*connect ECONNREFUSED/);
  });
});
