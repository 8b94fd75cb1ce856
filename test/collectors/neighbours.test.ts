import { describe, expect, it } from 'vitest';
import { neighbours } from '../../src/collectors/neighbours.ts';
import { labelBlock } from '../../src/metrics/labels.ts';

const a = { block: labelBlock({ cluster_id: 'a' }) };
const b = { block: labelBlock({ cluster_id: 'b' }) };

describe('rows that look alike', () => {
  it('stand together, in the order they had', () => {
    const rows = ['1b', '2a', '3b', '4a'];
    const found = [...neighbours(rows, (row) => (row.endsWith('a') ? a : b))];
    expect(found.map(([row]) => row)).toEqual(['2a', '4a', '1b', '3b']);
    expect(found.map(([, owner]) => owner)).toEqual([a, a, b, b]);
    expect([...neighbours([], () => a)]).toEqual([]);
  });
});
