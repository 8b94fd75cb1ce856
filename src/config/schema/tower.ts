import { z } from 'zod';
import { collectorsSchema } from './collectors.ts';
import { duration, integer, oneOf, type SchemaContext, secret, secretFile, text } from './fields.ts';
import { objectRule } from './rules.ts';
import { tlsSchema } from './tls.ts';
import { httpUrl, secretUrl } from './url.ts';

const idList = (description: string) =>
  z.array(text(), { error: 'expected a list of ids' }).readonly().prefault([]).describe(description);

/** Which part of a tower is read. */
const scopeSchema = z
  .strictObject({
    datacenter_ids: idList('Clusters of these datacenters.'),
    cluster_ids: idList('These clusters.'),
  })
  .readonly();

const credentialsRule = objectRule((has) => {
  const user = has('username') || has('password') || has('password_file');
  const key = has('api_key') || has('api_key_file');
  const expected = 'expected either username with password (or password_file), or api_key (or api_key_file)';
  if (user === key) return expected;
  if (user) return has('username') && has('password') !== has('password_file') ? null : expected;
  return has('api_key') !== has('api_key_file') ? null : expected;
});

/** One CloudTower. */
export const towerSchema = (context: SchemaContext) =>
  z
    .strictObject({
      name: text().describe('The `tower` label of its series; unique.'),
      url: httpUrl().describe('Where the tower is; `/v2/api` is added. Without credentials and query.'),
      username: text().optional().describe('The user to sign in as; a read-only one is enough.'),
      password: secret().optional().describe('The password of `username`.'),
      password_file: secretFile(context).optional().describe('Instead of `password`: a file that holds it.'),
      api_key: secret().optional().describe('Instead of a user: an API key. Needed where two-factor sign-in is on.'),
      api_key_file: secretFile(context).optional().describe('Instead of `api_key`: a file that holds it.'),
      source: oneOf(['LOCAL', 'LDAP', 'AUTHN', 'SSO'])
        .prefault('LOCAL')
        .describe('Where the tower knows the user from.'),
      auth_config_id: text()
        .nullable()
        .prefault(null)
        .describe('The id of the sign-in strategy; needed with source AUTHN.'),
      content_language: oneOf(['en-US', 'zh-CN']).prefault('en-US').describe('The language of alert texts.'),
      tls_config: tlsSchema(context).prefault({}).describe('TLS towards the tower.'),
      proxy_url: secretUrl({ credentials: true })
        .nullable()
        .prefault(null)
        .describe(
          'The HTTP proxy to go through; may hold a user and a password. Nothing is taken from the environment.',
        ),
      connect_timeout: duration({ min: 100, max: 600_000 })
        .prefault('5s')
        .describe('Longest time for a connection to be made, TLS included.'),
      timeout: duration({ min: 100, max: 3_600_000 }).prefault('30s').describe('Longest time for one request.'),
      page_size: integer(1, 100_000).prefault(500).describe('Objects asked for in one request.'),
      max_concurrency: integer(1, 256)
        .prefault(4)
        .describe('Requests in flight to this tower, all collectors together.'),
      max_response_bytes: integer(1024, 2 ** 32)
        .prefault(256 * 1024 * 1024)
        .describe('Largest answer to one request, in bytes; a larger one is an error.'),
      scope: scopeSchema
        .prefault({})
        .describe(
          'The part of the tower that is read: the clusters named, and those of the datacenters named. Empty: everything.',
        ),
      collectors: collectorsSchema
        .prefault({})
        .describe('What is read, and how often. What is left out keeps its default.'),
    })
    .check(
      credentialsRule,
      z.superRefine<{ source?: unknown; auth_config_id?: unknown }>(({ source, auth_config_id }, issues) => {
        if (source !== 'AUTHN' || typeof auth_config_id === 'string') return;
        issues.addIssue({
          code: 'custom',
          message: 'expected the id of the sign-in strategy, because source is AUTHN',
          path: ['auth_config_id'],
          input: auth_config_id,
        });
      }),
    )
    .transform(({ username, password, password_file, api_key, api_key_file, ...rest }) => ({
      ...rest,
      username: username ?? null,
      password: password ?? password_file ?? null,
      api_key: api_key ?? api_key_file ?? null,
    }))
    .readonly();

export type TowerConfig = z.output<ReturnType<typeof towerSchema>>;
export type ScopeConfig = TowerConfig['scope'];
