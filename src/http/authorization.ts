import type { Clock } from '../clock.ts';
import type { HttpConfig } from '../config/schema.ts';
import type { HttpRequest, HttpResponse } from './http-client.ts';
import { HttpError } from './http-error.ts';
import { createTokenSource } from './oauth2.ts';

/** The headers of `http_config`: its own ones and the credentials. */
export interface Authorization {
  /**
   * Secrets are read at each call.
   * @throws {HttpError} `credentials` when a secret cannot be read, or what the token request threw
   */
  headers(signal?: AbortSignal): Promise<Record<string, string>>;
  /** The peer answered 401: a token that is kept is not used again. */
  refused(): void;
}

export interface AuthorizationOptions {
  readonly config: HttpConfig;
  readonly target: string;
  readonly clock: Clock;
  readonly exchange: (request: HttpRequest) => Promise<HttpResponse>;
}

export const createAuthorization = ({ config, target, clock, exchange }: AuthorizationOptions): Authorization => {
  const tokens = config.oauth2 === null ? null : createTokenSource({ config: config.oauth2, target, clock, exchange });

  const credentials = async (signal: AbortSignal | undefined): Promise<string | null> => {
    if (config.basic_auth !== null) {
      const { username, password } = config.basic_auth;
      return `Basic ${Buffer.from(`${username}:${password.reveal()}`, 'utf8').toString('base64')}`;
    }
    if (config.authorization !== null) {
      return `${config.authorization.type} ${config.authorization.credentials.reveal()}`;
    }
    return tokens === null ? null : `Bearer ${await tokens.token(signal)}`;
  };

  return {
    headers: async (signal) => {
      try {
        const headers: Record<string, string> = {};
        for (const [name, value] of Object.entries(config.headers)) headers[name.toLowerCase()] = value.reveal();
        const authorization = await credentials(signal);
        if (authorization !== null) headers['authorization'] = authorization;
        return headers;
      } catch (error) {
        if (error instanceof HttpError) throw error;
        // A secret's own error names its file and never quotes it.
        const why = error instanceof Error ? error.message : 'unknown error';
        throw new HttpError('credentials', `${target}: the credentials cannot be read: ${why}`);
      }
    },
    refused: () => tokens?.forget(),
  };
};
