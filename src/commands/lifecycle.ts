import type { Logger } from '../log.ts';
import { exitCodes } from './exit-codes.ts';

/**
 * Waits for SIGTERM or SIGINT, then ends what runs, for at most `limitMs`. A second signal ends the process at once.
 * Resolves to the exit code.
 */
export const stopOnSignal = async (logger: Logger, limitMs: number, stop: () => Promise<void>): Promise<number> => {
  const signal = await nextSignal();
  logger.info({ signal }, 'stopping');
  const onSecond = (second: NodeJS.Signals): void => {
    logger.warn({ signal: second }, 'a second signal: ending at once');
    process.exit(exitCodes.failure);
  };
  process.on('SIGTERM', onSecond);
  process.on('SIGINT', onSecond);
  const limit = setTimeout(() => {
    logger.error({ seconds: limitMs / 1000 }, 'what runs did not end in time: ending without it');
    process.exit(exitCodes.failure);
  }, limitMs);
  await stop();
  clearTimeout(limit);
  logger.info({}, 'stopped');
  return exitCodes.ok;
};

const nextSignal = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals): void => {
      process.off('SIGTERM', onSignal);
      process.off('SIGINT', onSignal);
      resolve(signal);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });

/** An error that nobody handles leaves the program in an unknown state: it is logged, and the process ends. */
export const dieOnUnhandled = (logger: Logger): void => {
  const die = (kind: string) => (error: unknown) => {
    logger.fatal({ err: error, stack: error instanceof Error ? error.stack : undefined }, kind);
    process.exit(exitCodes.failure);
  };
  process.on('uncaughtException', die('an error was not handled'));
  process.on('unhandledRejection', die('a rejection was not handled'));
};
