import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { negotiateEncoding, negotiateFormat } from '../../src/server/negotiation.ts';

const prometheus2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const prometheus3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1';

describe('Accept', () => {
  it.each([
    [undefined, 'text'],
    ['', 'text'],
    ['*/*', 'text'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text'],
    [prometheus2, 'openmetrics'],
    [prometheus3, 'openmetrics'],
    ['application/openmetrics-text', 'openmetrics'],
    ['Application/OpenMetrics-Text; Version=1.0.0; Charset="utf-8"', 'openmetrics'],
    ['application/openmetrics-text;version="1.0.0"', 'openmetrics'],
    ['application/openmetrics-text;version=0.0.1', 'text'],
    ['application/openmetrics-text;version=2.0.0, text/plain;version=1.0.0', 'text'],
    ['application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*', 'text'],
    ['application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2', 'openmetrics'],
    ['text/plain;version=0.0.4;q=0.9,application/openmetrics-text;version=1.0.0;q=0.8', 'text'],
    ['text/plain;q=0.3, application/openmetrics-text;q=0.300', 'text'],
    ['application/openmetrics-text;q=0.3, text/plain;q=0.3', 'openmetrics'],
    ['application/openmetrics-text;q=0', 'text'],
    ['application/openmetrics-text;q=0, */*;q=0', 'text'],
    ['application/openmetrics-text;q=2', 'text'],
    ['application/openmetrics-text;q=-1', 'text'],
    ['application/openmetrics-text;q=abc', 'text'],
    ['application/openmetrics-text;q=', 'text'],
    ['application/openmetrics-text;;', 'openmetrics'],
    ['application/openmetrics-text;=', 'text'],
    ['application/json', 'text'],
    [',,;;q=,', 'text'],
    [`${'x'.repeat(5000)},application/openmetrics-text`, 'text'],
  ])('%s → %s', (accept, format) => {
    expect(negotiateFormat(accept)).toBe(format);
  });
});

describe('Accept-Encoding', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['deflate, br, zstd', 'identity'],
    ['gzip, deflate, br', 'gzip'],
    ['*', 'gzip'],
    ['*;q=0', 'identity'],
    ['gzip;q=0', 'identity'],
    ['gzip;q=0, *', 'identity'],
    ['gzip;q=0.000', 'identity'],
    ['gzip;q=0.001', 'gzip'],
    ['identity, gzip;q=0.5', 'identity'],
    ['identity;q=0.5, gzip', 'gzip'],
    ['identity;q=0, gzip;q=0.1', 'gzip'],
    ['identity;q=0', 'identity'],
    ['gzip;q=nonsense', 'identity'],
    ['gzip;q=1.5', 'identity'],
    ['gzipped', 'identity'],
  ])('%s → %s', (header, encoding) => {
    expect(negotiateEncoding(header)).toBe(encoding);
  });
});

it('answers something for any header, in little time', () => {
  const part = fc.constantFrom(
    'gzip',
    'text/plain',
    'application/openmetrics-text',
    ';',
    ',',
    'q=',
    '0.5',
    '"',
    '=',
    ' ',
    '*',
    '\\',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(part, { maxLength: 2000 }).map((parts) => parts.join('')),
      ),
      (header) => {
        expect(['text', 'openmetrics']).toContain(negotiateFormat(header));
        expect(['identity', 'gzip']).toContain(negotiateEncoding(header));
      },
    ),
  );
});
