import { z } from 'zod';
import { boolean, file, type SchemaContext, text } from './fields.ts';
import { together } from './rules.ts';

/** How a peer's certificate is checked, and which one is shown to it. */
export const tlsSchema = (context: SchemaContext) =>
  z
    .strictObject({
      ca_file: file(context)
        .nullable()
        .prefault(null)
        .describe('Certificates (PEM) that are trusted instead of those of the system: for a certificate of its own.'),
      server_name: text()
        .nullable()
        .prefault(null)
        .describe('The name that the certificate must carry, where it differs from the one in the URL.'),
      cert_file: file(context)
        .nullable()
        .prefault(null)
        .describe('The certificate (PEM) to show to a peer that asks for one.'),
      key_file: file(context).nullable().prefault(null).describe('The key (PEM) of `cert_file`.'),
      insecure_skip_verify: boolean()
        .prefault(false)
        .describe('Accept any certificate. Whoever is on the way can then read the password: prefer `ca_file`.'),
    })
    .check(together('cert_file', 'key_file'))
    .readonly();

export type TlsConfig = z.output<ReturnType<typeof tlsSchema>>;
