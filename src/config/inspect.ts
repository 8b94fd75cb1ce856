import { z } from 'zod';

/** What can be said of a field of the schema once its wrappers are taken off. */
export interface FieldInfo {
  readonly schema: z.ZodType;
  readonly description: string | null;
  /** The type as people call it. */
  readonly kind: string | null;
  readonly required: boolean;
  /** The default as it would stand in the file; undefined when there is none. */
  readonly default: unknown;
}

/** Takes off what wraps a field: optional, nullable, defaults, transforms. */
export const fieldInfo = (field: z.ZodType): FieldInfo => {
  let schema = field;
  let description: string | null = null;
  let kind: string | null = null;
  let required = true;
  let fallback: unknown;
  for (;;) {
    const meta = schema.meta();
    description ??= meta?.description ?? null;
    kind ??= typeof meta?.['kind'] === 'string' ? meta['kind'] : null;
    if (schema instanceof z.ZodPrefault) {
      fallback = schema.def.defaultValue;
      required = false;
    }
    if (schema instanceof z.ZodOptional) required = false;
    const inner = innerOf(schema);
    if (inner === null) break;
    schema = inner;
  }
  return { schema, description, kind, required, default: fallback };
};

const innerOf = (schema: z.ZodType): z.ZodType | null => {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly
  ) {
    return asType(schema.unwrap());
  }
  return schema instanceof z.ZodPipe ? asType(schema.in) : null;
};

const asType = (schema: unknown): z.ZodType | null => (schema instanceof z.ZodType ? schema : null);

/** The fields of an object, in the order of their declaration; null when the schema is not an object. */
export const fieldsOf = (schema: z.ZodType): ReadonlyMap<string, z.ZodType> | null => {
  if (!(schema instanceof z.ZodObject)) return null;
  const fields = new Map<string, z.ZodType>();
  for (const [name, field] of Object.entries(schema.shape)) {
    if (field instanceof z.ZodType) fields.set(name, field);
  }
  return fields;
};

/** What a list or a map holds; null for anything else. */
export const elementOf = (schema: z.ZodType): z.ZodType | null => {
  if (schema instanceof z.ZodArray) return asType(schema.element);
  return schema instanceof z.ZodRecord ? asType(schema.valueType) : null;
};

/** The field at a path, or null where the schema knows none. */
export const fieldAt = (root: z.ZodType, path: readonly PropertyKey[]): FieldInfo | null => {
  let info = fieldInfo(root);
  for (const part of path) {
    const next = fieldsOf(info.schema)?.get(String(part)) ?? elementOf(info.schema);
    if (next === null || next === undefined) return null;
    info = fieldInfo(next);
  }
  return info;
};
