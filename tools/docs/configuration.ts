import type { Command } from 'commander';
import { exitCodeMeanings } from '../../src/commands/exit-codes.ts';
import { createProgram } from '../../src/commands/program.ts';
import { environmentVariables, shardVariable } from '../../src/config/environment.ts';
import { configSchema } from '../../src/config/schema.ts';
import { webConfigSchema } from '../../src/server/web-config.ts';
import { keySections } from './keys.ts';
import { code, generatedNote, table } from './markdown.ts';

/** An example that a test loads. */
export const exampleConfiguration = `towers:
  - name: shanghai                       # the \`tower\` label
    url: https://tower.example.com       # /v2/api is added
    username: monitor                    # a read-only user is enough
    password_file: /run/secrets/tower
    tls_config: {ca_file: /etc/ssl/tower.pem}
    collectors:
      vms: {enabled: true, interval: 5m}
bridge:                                  # left out: no bridge
  state_dir: /var/lib/cloudtower-exporter
  external_labels: {site: shanghai}
  receivers:
    - name: on-call
      match: ['severity=~"critical|warning"']
      alertmanager: {urls: ["http://am-0:9093", "http://am-1:9093"]}
    - name: chat
      webhook: {url_file: /run/secrets/chat-url, group_by: [tower, cluster_id, alertname], repeat_interval: 4h}
`;

const introduction = `The exporter reads one YAML file (\`--config.file\`), or, without one, takes one tower from the environment. What is written here is
checked when it is read: an unknown key, a bad value or a missing file is an error that names the file, the line, the path in it, what
was found and what was expected, all problems at once; nothing starts half-configured.

- **Durations** are written as Prometheus writes them: \`100ms\`, \`30s\`, \`5m\`, \`1h30m\`, \`1d\`, \`1w\`, \`1y\` (365 days).
- **Relative paths** begin beside the file (in the environment: in the working directory).
- **Secrets** may stand in the file or, better, in files of their own (\`…_file\`): UTF-8, one line end at the end is cut off. They are
  read again when they change; no restart or reload is needed. No log, error, metric or page ever shows one.
- **Reload**: SIGHUP, or POST to \`/-/reload\`. All of the new configuration takes effect, or none of it: on an error the old one stays,
  the answer is 500 with the reason, and \`cloudtower_exporter_config_last_reload_successful\` is 0. Towers whose configuration did not change
  keep running with their data. Flags are read at the start only.
- **End**: SIGTERM or SIGINT. Polling ends, the bridge may deliver for \`drain_timeout\`, requests in flight are answered. A second signal ends
  the process at once.`;

/** docs/configuration.md. */
export const configurationPage = (): string =>
  [
    '# Commands, flags and configuration',
    generatedNote,
    introduction,
    '## Example',
    `<!-- check: config -->\n\`\`\`yaml\n${exampleConfiguration}\`\`\``,
    '## Commands',
    ...commandSections(createProgram()),
    '## Exit codes',
    table(
      ['code', 'meaning'],
      exitCodeMeanings.map(([number, meaning]) => [String(number), meaning]),
    ),
    '## Environment',
    'Read only when there is no `--config.file` (but for `CLOUDTOWER_SHARD`). A variable that is set to nothing counts as not set.',
    table(
      ['variable', 'meaning'],
      [...environmentVariables, shardVariable].map(({ name, description }) => [code(name), description]),
    ),
    '## Keys of the configuration file',
    keySections('The file', configSchema({ directory: '/' })),
    '## Keys of the web configuration file',
    'The file of `--web.config.file`, in the form of the Prometheus exporter-toolkit. It, and the certificates that it names, are read again when they change.',
    keySections('The web configuration file', webConfigSchema({ directory: '/' })),
    '',
  ].join('\n\n');

const commandSections = (program: Command): string[] =>
  program.commands.flatMap((command) => commandSection(command, ''));

const commandSection = (command: Command, parent: string): string[] => {
  const name = `${parent}${command.name()}`;
  const rows = command.options.map((option) => [
    code(option.flags),
    option.argChoices?.map(code).join(', ') ?? '',
    typeof option.defaultValue === 'string' ? code(option.defaultValue) : '–',
    option.description,
  ]);
  return [
    `### ${code(`cloudtower-exporter ${name}`)}`,
    `${sentence(command.description())}`,
    ...(rows.length === 0 ? [] : [table(['flag', 'choices', 'default', 'meaning'], rows)]),
  ].concat(command.commands.flatMap((inner) => commandSection(inner, `${name} `)));
};

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
