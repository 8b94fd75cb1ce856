import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Environment, readEnvironment } from './environment.ts';
import { ConfigError, type ConfigProblem } from './errors.ts';
import { expectation, type Locate, problemsOf } from './problems.ts';
import { configSchema, type ExporterConfig, type SchemaContext } from './schema.ts';
import { parseYaml } from './yaml.ts';

export interface ConfigSource {
  /** The configuration file; null: the environment describes one tower. */
  readonly file: string | null;
  readonly environment: Environment;
  /** Where relative paths of the environment begin; those of a file begin beside the file. */
  readonly directory: string;
}

/**
 * Reads the configuration, all of it or nothing.
 * @throws {ConfigError} naming every problem with its place; never a secret's value
 */
export const loadConfig = ({ file, environment, directory }: ConfigSource): ExporterConfig =>
  file === null ? loadEnvironment(environment, directory) : loadFile(resolve(directory, file));

/** A configuration is a few kilobytes; a list of every cluster id of a large estate some hundred. */
const maxFileBytes = 4 * 1024 * 1024;

const loadFile = (path: string): ExporterConfig => {
  const yaml = parseYaml(path, readText(path));
  return parseConfig(path, yaml.value, { directory: dirname(path) }, (problem) => problem, yaml.line);
};

const loadEnvironment = (environment: Environment, directory: string): ExporterConfig => {
  const read = readEnvironment(environment);
  if (read === null) {
    throw new ConfigError('configuration', [
      {
        path: '',
        line: null,
        message:
          'there is none. Either name a file with --config.file=FILE, or describe one tower in the environment: ' +
          'CLOUDTOWER_URL with CLOUDTOWER_USERNAME and CLOUDTOWER_PASSWORD (or CLOUDTOWER_PASSWORD_FILE), or with ' +
          'CLOUDTOWER_API_KEY (or CLOUDTOWER_API_KEY_FILE). To try it without a tower: cloudtower-exporter demo',
      },
    ]);
  }
  const named = (problem: ConfigProblem, path: readonly PropertyKey[]): ConfigProblem => ({
    ...problem,
    path: read.variable(path) ?? '',
    message: path.length <= 2 ? inVariables(problem.message) : problem.message,
  });
  return parseConfig('environment', read.value, { directory }, named, () => null);
};

/** A rule over several keys names them as the file does; here they are variables. */
const inVariables = (message: string): string =>
  message.replaceAll(
    /\b(?:username|password_file|password|api_key_file|api_key)\b/g,
    (key) => `CLOUDTOWER_${key.toUpperCase()}`,
  );

const parseConfig = (
  source: string,
  value: unknown,
  context: SchemaContext,
  name: (problem: ConfigProblem, path: readonly PropertyKey[]) => ConfigProblem,
  locate: Locate,
): ExporterConfig => {
  const schema = configSchema(context);
  const result = schema.safeParse(value, { error: expectation });
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) =>
    problemsOf(issue, { schema, value, locate }).map((problem) => name(problem, issue.path)),
  );
  throw new ConfigError(
    source,
    problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)),
  );
};

const readText = (path: string): string => {
  try {
    const { size } = statSync(path);
    if (size > maxFileBytes) throw new RangeError(`it has ${size} bytes; a configuration has at most ${maxFileBytes}`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    throw new ConfigError(path, [{ path: '', line: null, message: readProblem(error) }]);
  }
};

const readProblem = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not read the file';
  if (code === 'EISDIR') return 'expected a file; this is a directory';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'expected UTF-8; some bytes are not';
  return `the file cannot be read: ${error instanceof RangeError ? error.message : String(code)}`;
};
