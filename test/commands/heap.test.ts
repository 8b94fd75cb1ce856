import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const heap = new URL('../../src/heap.ts', import.meta.url).href;
const node = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));

/** MiB of the space for young objects of a process of its own in which much survives for a while, before and after that. */
const youngSpace = (begin: string): readonly number[] => {
  const code = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { fitHeap, keepHeapSmall } from ${JSON.stringify(heap)};
    const young = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size / 2 ** 20;
    ${begin}
    const before = young();
    for (let round = 0; round < 50; round++) Array.from({ length: 200_000 }, (_, at) => ({ at }));
    console.log(JSON.stringify([before, young()]));`;
  const printed: unknown = JSON.parse(execFileSync(node, ['--input-type=module', '-e', code], { encoding: 'utf8' }));
  if (!Array.isArray(printed)) throw new TypeError('the process printed something else');
  return printed.map(Number);
};

describe('the heap of young objects', () => {
  it('grows by itself', () => {
    expect(youngSpace('')[1]).toBeGreaterThan(8);
  });

  it('stays as it is when it is kept small', () => {
    for (const size of youngSpace('keepHeapSmall();')) expect(size).toBeLessThan(4);
  });

  it('grows to what the work needs, and stays there', () => {
    // V8 rounds up to whole pages now and then.
    expect(youngSpace('keepHeapSmall(); fitHeap();').map(Math.floor)).toEqual([8, 8]);
  });
});
