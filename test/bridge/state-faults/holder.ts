/** Opens the state directory it is given, says so, and waits to be killed; or says why it cannot. */
import { openStore } from '../../../src/bridge/store/sqlite.ts';
import { StoreError } from '../../../src/bridge/store/errors.ts';
import { systemClock } from '../../../src/clock.ts';
import { silentLogger } from '../../../src/log.ts';

try {
  openStore({ directory: process.argv[2] ?? '', clock: systemClock, logger: silentLogger });
  process.send?.({ opened: true });
  setInterval(() => {}, 60_000);
} catch (error) {
  process.send?.({
    opened: false,
    code: error instanceof StoreError ? error.code : String(error),
    message: String(error),
  });
  process.disconnect();
}
