/**
 * The configuration: the one place where every key has its type, description, limits and default. docs/configuration.md is
 * generated from it. Types keep the file's spelling; durations are milliseconds, sizes bytes, secrets `Secret`, what may be
 * left out without a default is null.
 */
import { z } from 'zod';
import { bridgeSchema } from './schema/bridge.ts';
import type { SchemaContext } from './schema/fields.ts';
import { unique } from './schema/rules.ts';
import { towerSchema } from './schema/tower.ts';

/** The configuration file. */
export const configSchema = (context: SchemaContext) =>
  z
    .strictObject({
      towers: z
        .array(towerSchema(context), { error: 'expected a list of towers' })
        .min(1, 'expected at least one tower')
        .check(unique('name'))
        .readonly()
        .describe('The CloudTowers to read.'),
      bridge: bridgeSchema(context).nullable().prefault(null).describe('The alert bridge. Left out: no bridge.'),
    })
    .readonly();

export type ExporterConfig = z.output<ReturnType<typeof configSchema>>;

export type { BridgeConfig } from './schema/bridge.ts';
export type { AlertsCollectorConfig, CollectorConfig, CollectorsConfig } from './schema/collectors.ts';
export type { SchemaContext } from './schema/fields.ts';
export type { AuthorizationConfig, BasicAuthConfig, HttpConfig, Oauth2Config } from './schema/http.ts';
export type {
  AlertmanagerConfig,
  AlertmanagerReceiverConfig,
  ReceiverConfig,
  RelabelConfig,
  WebhookConfig,
  WebhookReceiverConfig,
} from './schema/receiver.ts';
export type { TlsConfig } from './schema/tls.ts';
export type { ScopeConfig, TowerConfig } from './schema/tower.ts';
