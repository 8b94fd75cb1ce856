import type { Logger } from '../log.ts';
import type { UnknownValueReporter } from './values.ts';

/** A tower that invents values without end fills neither the log nor the memory. */
const maxLogged = 500;
const maxLength = 100;

/** Counts every value that this version does not know, and logs each once. */
export const createUnknownValueReporter = (logger: Logger, count: (field: string) => void): UnknownValueReporter => {
  const logged = new Set<string>();
  return (field, value) => {
    count(field);
    const shown = value.slice(0, maxLength).toWellFormed();
    const key = `${field}=${shown}`;
    if (logged.has(key) || logged.size >= maxLogged) return;
    logged.add(key);
    logger.warn({ field, value: shown }, 'the tower reports a value that this version does not know');
  };
};
