/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** Where in the configuration (`towers[0].collectors.hosts.interval`, `CLOUDTOWER_URL`); empty for the whole of it. */
  readonly path: string;
  /** Line of the file, from 1; null when unknown. */
  readonly line: number | null;
  /** What was expected, and what was found instead. Never a secret's value. */
  readonly message: string;
}

/** A configuration that cannot be used. The message names the source and every problem in it; nothing was started. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'invalid_configuration';
  /** The file, or `environment`. */
  readonly source: string;
  readonly problems: readonly ConfigProblem[];

  constructor(source: string, problems: readonly ConfigProblem[]) {
    super(configMessage(source, problems));
    this.source = source;
    this.problems = problems;
  }
}

const configMessage = (source: string, problems: readonly ConfigProblem[]): string => {
  const lines = problems.map(({ path, line, message }) => {
    const place = [line === null ? [] : [`line ${line}`], path === '' ? [] : [path]].flat().join(', ');
    return place === '' ? message : `${place}: ${message}`;
  });
  return lines.length === 1 ? `${source}: ${lines[0]}` : [`${source}: ${lines.length} problems`, ...lines].join('\n  ');
};

/** A path as people write it: `towers[0].collectors.hosts`. */
export const formatPath = (path: readonly PropertyKey[]): string =>
  path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      const name = String(part);
      if (!/^[\w-]+$/.test(name)) return `[${JSON.stringify(name)}]`;
      return index === 0 ? name : `.${name}`;
    })
    .join('');
