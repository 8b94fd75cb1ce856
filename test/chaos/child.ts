/**
 * The program as it is, in a process that chaos may ask things of: a clock that can be set, and what the process holds on to.
 * Nothing of the program is replaced but `Date`.
 */
import { main } from '../../src/commands/main.ts';

const realNow = Date.now.bind(Date);
let offset = 0;
Date.now = () => realNow() + offset;

interface Order {
  readonly clock?: number;
  readonly measure?: true;
}

const settle = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 50);
  });

const measure = async (): Promise<object> => {
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc?.();
    await settle();
  }
  const { heapUsed } = process.memoryUsage();
  return { heapUsed, resources: process.getActiveResourcesInfo() };
};

process.on('message', (order: Order) => {
  if (order.clock !== undefined) offset = order.clock;
  if (order.measure === true) void measure().then((measured) => process.send?.(measured));
});
// The channel to the test must not keep the program alive.
process.channel?.unref();

process.exit(await main(process.argv.slice(2)));
