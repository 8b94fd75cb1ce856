/** What the program ends with; documented in docs/configuration.md. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
} as const;

export const exitCodeMeanings: readonly (readonly [number, string])[] = [
  [exitCodes.ok, 'It did what was asked; `run` and `demo` were told to end (SIGTERM, SIGINT) and did.'],
  [
    exitCodes.failure,
    'It failed: the configuration cannot be used, the port is taken, a check or a collection failed.',
  ],
  [exitCodes.usage, 'It was called wrongly: an unknown command, an unknown flag, a flag without its value.'],
];
