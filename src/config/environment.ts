/** The variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that describes the one tower (or its bridge), and where its value stands in the configuration. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly description: string;
  /** Where it goes, as the configuration file would say it. */
  readonly path: readonly (string | number)[];
  /** From text to the value as the configuration file would hold it; left out: the text itself. */
  readonly read?: (text: string) => unknown;
}

const readBoolean = (text: string): unknown => {
  if (/^(?:true|1|yes|on)$/i.test(text)) return true;
  return /^(?:false|0|no|off)$/i.test(text) ? false : text;
};

const readList = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const tower = (...path: string[]): (string | number)[] => ['towers', 0, ...path];

/** Every variable that is read when there is no configuration file. */
export const environmentVariables: readonly EnvironmentVariable[] = [
  { name: 'CLOUDTOWER_URL', path: tower('url'), description: 'Where the tower is. Without a file, it must be set.' },
  { name: 'CLOUDTOWER_NAME', path: tower('name'), description: "The `tower` label. Default: the URL's host." },
  { name: 'CLOUDTOWER_USERNAME', path: tower('username'), description: 'The user to sign in as.' },
  { name: 'CLOUDTOWER_PASSWORD', path: tower('password'), description: "The user's password." },
  { name: 'CLOUDTOWER_PASSWORD_FILE', path: tower('password_file'), description: 'A file that holds the password.' },
  {
    name: 'CLOUDTOWER_SOURCE',
    path: tower('source'),
    description: 'Where the tower knows the user from: LOCAL (the default), LDAP, AUTHN, SSO.',
  },
  {
    name: 'CLOUDTOWER_AUTH_CONFIG_ID',
    path: tower('auth_config_id'),
    description: 'The id of the sign-in strategy, with source AUTHN.',
  },
  { name: 'CLOUDTOWER_API_KEY', path: tower('api_key'), description: 'Instead of a user: an API key.' },
  { name: 'CLOUDTOWER_API_KEY_FILE', path: tower('api_key_file'), description: 'A file that holds the API key.' },
  {
    name: 'CLOUDTOWER_CA_FILE',
    path: tower('tls_config', 'ca_file'),
    description: 'Certificates (PEM) to trust instead of those of the system.',
  },
  {
    name: 'CLOUDTOWER_INSECURE_SKIP_VERIFY',
    path: tower('tls_config', 'insecure_skip_verify'),
    read: readBoolean,
    description: 'true: accept any certificate.',
  },
  {
    name: 'ALERTMANAGER_URLS',
    path: ['bridge', 'receivers', 'alertmanager', 'alertmanager', 'urls'],
    read: readList,
    description: 'URLs of Alertmanagers, separated by commas: turns the bridge on.',
  },
  {
    name: 'ALERT_WEBHOOK_URL',
    path: ['bridge', 'receivers', 'webhook', 'webhook', 'url'],
    description: 'The URL of a webhook that takes Alertmanager payloads: turns the bridge on.',
  },
  {
    name: 'BRIDGE_STATE_DIR',
    path: ['bridge', 'state_dir'],
    description: 'Where the bridge keeps its state. Default: `data` in the working directory.',
  },
];

/** Read with a configuration file too, where the flag `--shard` is not given. */
export const shardVariable = {
  name: 'CLOUDTOWER_SHARD',
  description: 'The same as the flag `--shard`, such as `2/5`. Read with a configuration file too.',
};

/** What the variables say, in the form of the configuration file; null when CLOUDTOWER_URL is not set. */
export interface EnvironmentConfig {
  readonly value: unknown;
  /** The variable behind a path of the value, or null. */
  variable(path: readonly PropertyKey[]): string | null;
}

/** A variable that is set to nothing counts as not set, as compose files with empty defaults need it. */
export const readEnvironment = (environment: Environment): EnvironmentConfig | null => {
  const set = environmentVariables.flatMap((variable) => {
    const text = environment[variable.name];
    return text === undefined || text === '' ? [] : [{ variable, value: variable.read?.(text) ?? text }];
  });
  const url = environment['CLOUDTOWER_URL'];
  if (url === undefined || url === '') return null;

  const receivers = set
    .filter(({ variable }) => variable.path[1] === 'receivers')
    .map(({ variable, value }) => ({ name: String(variable.path[2]), value: nest(variable.path.slice(3), value) }));
  const rest = set.filter(({ variable }) => variable.path[1] !== 'receivers');
  const towerValue = merge(
    rest
      .filter(({ variable }) => variable.path[0] === 'towers')
      .map(({ variable, value }) => nest(variable.path.slice(2), value)),
  );
  const stateDirectory = environment['BRIDGE_STATE_DIR'];
  return {
    value: {
      towers: [{ name: URL.parse(url)?.host ?? url, ...towerValue }],
      ...(receivers.length === 0
        ? {}
        : {
            bridge: {
              ...(stateDirectory === undefined || stateDirectory === '' ? {} : { state_dir: stateDirectory }),
              receivers: receivers.map(({ name, value }) => ({ name, ...value })),
            },
          }),
    },
    variable: (path) => {
      const named =
        path[1] === 'receivers' && typeof path[2] === 'number' ? path.with(2, receivers[path[2]]?.name ?? '') : path;
      const match = environmentVariables.find(
        (variable) =>
          variable.path.length <= named.length && variable.path.every((part, index) => part === named[index]),
      );
      return match?.name ?? null;
    },
  };
};

type Tree = { [key: string]: unknown };

const nest = (path: readonly (string | number)[], value: unknown): Tree => {
  const [first, ...rest] = path;
  return { [String(first)]: rest.length === 0 ? value : nest(rest, value) };
};

const merge = (trees: readonly Tree[]): Tree => {
  const result: Tree = {};
  for (const tree of trees) {
    for (const [key, value] of Object.entries(tree)) {
      const there = result[key];
      result[key] = isTree(there) && isTree(value) ? merge([there, value]) : value;
    }
  }
  return result;
};

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
