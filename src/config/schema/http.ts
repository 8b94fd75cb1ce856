import { z } from 'zod';
import { anyText, httpToken, type SchemaContext, secret, secretFile, text } from './fields.ts';
import { atMostOne, exactlyOne } from './rules.ts';
import { tlsSchema } from './tls.ts';
import { httpUrl, secretUrl } from './url.ts';

const basicAuthSchema = (context: SchemaContext) =>
  z
    .strictObject({
      username: text().describe('The user.'),
      password: secret().optional().describe('The password.'),
      password_file: secretFile(context).optional().describe('Instead of `password`: a file that holds it.'),
    })
    .check(exactlyOne('password', 'password_file'))
    .transform(({ username, password, password_file }) => ({ username, password: needed(password ?? password_file) }))
    .readonly();

const authorizationSchema = (context: SchemaContext) =>
  z
    .strictObject({
      type: httpToken('expected one word, such as Bearer', 'one word')
        .prefault('Bearer')
        .describe('The scheme in front of the credentials.'),
      credentials: secret().optional().describe('The token.'),
      credentials_file: secretFile(context).optional().describe('Instead of `credentials`: a file that holds them.'),
    })
    .check(exactlyOne('credentials', 'credentials_file'))
    .transform(({ type, credentials, credentials_file }) => ({
      type,
      credentials: needed(credentials ?? credentials_file),
    }))
    .readonly();

const oauth2Schema = (context: SchemaContext) =>
  z
    .strictObject({
      client_id: text().describe('The client.'),
      client_secret: secret().optional().describe('Its secret.'),
      client_secret_file: secretFile(context).optional().describe('Instead of `client_secret`: a file that holds it.'),
      token_url: httpUrl().describe('Where tokens are issued (client credentials grant).'),
      scopes: z.array(text(), { error: 'expected a list' }).readonly().prefault([]).describe('The scopes to ask for.'),
      endpoint_params: z
        .record(z.string(), anyText(), { error: 'expected a map of text' })
        .readonly()
        .prefault({})
        .describe('Further parameters of the token request.'),
    })
    .check(exactlyOne('client_secret', 'client_secret_file'))
    .transform(({ client_secret, client_secret_file, ...rest }) => ({
      ...rest,
      client_secret: needed(client_secret ?? client_secret_file),
    }))
    .readonly();

/** How to speak to an HTTP server other than a tower; as Prometheus' `http_config`. */
export const httpSchema = (context: SchemaContext) =>
  z
    .strictObject({
      basic_auth: basicAuthSchema(context).nullable().prefault(null).describe('A user and a password.'),
      authorization: authorizationSchema(context).nullable().prefault(null).describe('An `Authorization` header.'),
      oauth2: oauth2Schema(context).nullable().prefault(null).describe('A token by the client credentials grant.'),
      tls_config: tlsSchema(context).prefault({}).describe('TLS towards the server.'),
      proxy_url: secretUrl({ credentials: true })
        .nullable()
        .prefault(null)
        .describe(
          'The HTTP proxy to go through; may hold a user and a password. Nothing is taken from the environment.',
        ),
      headers: z
        .record(httpToken('expected the name of an HTTP header', 'name of a header'), secret(), {
          error: 'expected a map from header names to values',
        })
        .readonly()
        .prefault({})
        .describe('Further headers of every request. Their values are treated as secrets.'),
    })
    .check(atMostOne('basic_auth', 'authorization', 'oauth2'))
    .readonly();

export type HttpConfig = z.output<ReturnType<typeof httpSchema>>;
export type BasicAuthConfig = NonNullable<HttpConfig['basic_auth']>;
export type AuthorizationConfig = NonNullable<HttpConfig['authorization']>;
export type Oauth2Config = NonNullable<HttpConfig['oauth2']>;

/** What a rule of the object has already made sure of: transforms run only where every check passed. */
export const needed = <T>(value: T | undefined): T => {
  if (value === undefined) throw new TypeError('a checked configuration lacks a required value');
  return value;
};
