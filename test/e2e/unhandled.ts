import { systemClock } from '../../src/clock.ts';
import { dieOnUnhandled } from '../../src/commands/lifecycle.ts';
import { createLogger } from '../../src/log.ts';

// A program with a fault: what its argument names goes wrong while it is at work.
dieOnUnhandled(createLogger({ level: 'info', format: 'json', stream: process.stderr }));
const fault = (): Error => Object.assign(new Error('a fault of the program'), { headers: { authorization: 'MARKED' } });
if (process.argv[2] === 'rejection') void Promise.reject(fault());
else {
  setTimeout(() => {
    throw fault();
  }, 1);
}
await systemClock.sleep(60_000);
