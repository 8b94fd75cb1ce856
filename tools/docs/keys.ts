import { z } from 'zod';
import { elementOf, fieldInfo, fieldsOf } from '../../src/config/inspect.ts';
import { code, table } from './markdown.ts';

/** Maps that stand in several places are described once, under their name. */
const shared = new Set(['tls_config', 'http_config', 'basic_auth', 'authorization', 'oauth2']);

interface Section {
  readonly title: string;
  readonly rows: readonly (readonly string[])[];
  readonly inner: readonly Section[];
}

/** The sections of all maps of a schema, the outer ones first: a table each, a row a key. `file` names the outermost. */
export const keySections = (file: string, root: z.ZodType): string => {
  const written = new Set<string>();
  const write = (section: Section): string[] => {
    if (written.has(section.title)) return [];
    written.add(section.title);
    const text = `### ${section.title}\n\n${table(['key', 'type', 'default', 'meaning'], section.rows)}`;
    return [text].concat(section.inner.flatMap(write));
  };
  return write(sectionOf(file, '', root)).join('\n\n');
};

const sectionOf = (title: string, path: string, schema: z.ZodType): Section => {
  const fields = [...(fieldsOf(fieldInfo(schema).schema) ?? [])];
  const prefix = path === '' ? '' : `${path}.`;
  const inner = fields.flatMap(([name, field]) =>
    innerSections(name, shared.has(name) ? name : `${prefix}${name}`, field),
  );
  return { title, rows: fields.map(([name, field]) => rowOf(name, field)), inner };
};

const innerSections = (name: string, title: string, field: z.ZodType): Section[] => {
  const { schema } = fieldInfo(field);
  if (fieldsOf(schema) !== null)
    return name === 'collectors' ? [collectorSection(title, schema)] : [sectionOf(code(title), title, field)];
  const element = elementOf(schema);
  return element !== null && fieldsOf(fieldInfo(element).schema) !== null
    ? [sectionOf(code(`${title}[]`), `${title}[]`, element)]
    : [];
};

/** The collectors have the same keys with other defaults: one table for all of them. */
const collectorSection = (title: string, schema: z.ZodType): Section => {
  const collectors = [...(fieldsOf(schema) ?? [])];
  const keys = new Map<string, { readonly field: z.ZodType; readonly defaults: Map<string, string> }>();
  for (const [name, collector] of collectors) {
    for (const [key, field] of fieldsOf(fieldInfo(collector).schema) ?? []) {
      const entry = keys.get(key) ?? { field, defaults: new Map<string, string>() };
      entry.defaults.set(name, defaultOf(field));
      keys.set(key, entry);
    }
  }
  const rows = [...keys].map(([key, { field, defaults }]) => [
    code(key),
    typeOf(field),
    [...Map.groupBy(defaults, ([, value]) => value)]
      .map(([value, names]) =>
        names.length === collectors.length ? value : `${value} (${names.map(([name]) => name).join(', ')})`,
      )
      .join(', '),
    fieldInfo(field).description ?? '',
  ]);
  const names = collectors.map(([name, field]) => [code(name), 'map', '', fieldInfo(field).description ?? '']);
  const each: Section = { title: code(`${title}.<name>`), rows, inner: [] };
  return { title: code(title), rows: names, inner: [each] };
};

const rowOf = (name: string, field: z.ZodType): string[] => [
  code(name),
  typeOf(field),
  defaultOf(field),
  fieldInfo(field).description ?? '',
];

const typeOf = (field: z.ZodType): string => {
  const { schema, kind } = fieldInfo(field);
  if (kind !== null) return kind;
  const element = elementOf(schema);
  if (element === null) {
    if (schema instanceof z.ZodString) return 'text';
    if (fieldsOf(schema) === null) throw new TypeError(`a field without a kind: ${schema.def.type}`);
    return 'map';
  }
  const inner = typeOf(element);
  if (schema instanceof z.ZodRecord) return inner === 'text' ? 'map from text to text' : `map from text to ${inner}`;
  return inner === 'map' ? 'list of maps' : `list: ${inner}`;
};

const defaultOf = (field: z.ZodType): string => {
  const { required, default: value } = fieldInfo(field);
  if (required) return '**required**';
  if (value === undefined || value === null) return '–';
  if (typeof value === 'object' && Object.keys(value).length === 0) return Array.isArray(value) ? code('[]') : '–';
  return code(typeof value === 'string' ? value || "''" : JSON.stringify(value));
};
