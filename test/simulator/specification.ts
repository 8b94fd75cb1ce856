import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';

/** Where the API's specifications stand beside a checkout; they are not part of the project. */
const folder = new URL('../../../shared/cloudtower/', import.meta.url);

const fileOf = (version: string): string => fileURLToPath(new URL(`openapi-${version}.json`, folder));

export const hasSpecification = (version: string): boolean => existsSync(fileOf(version));

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The member of a JSON object, as an object; empty when it is not one. */
export const child = (value: unknown, key: string): JsonObject => {
  const member = isObject(value) ? value[key] : undefined;
  return isObject(member) ? member : {};
};

/** OpenAPI 3.0 says `nullable`, JSON Schema says it with types; without this, `{allOf, nullable}` would refuse null. */
const toJsonSchema = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(toJsonSchema);
  if (!isObject(schema)) return schema;
  const { nullable, ...rest } = schema;
  const converted = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, toJsonSchema(value)]));
  return nullable === true ? { anyOf: [converted, { type: 'null' }] } : converted;
};

/** One version's specification. */
export class Specification {
  readonly document: JsonObject;
  readonly #ajv: Ajv;

  constructor(version: string) {
    const parsed: unknown = JSON.parse(readFileSync(fileOf(version), 'utf8'));
    this.document = isObject(parsed) ? parsed : {};
    const isInteger = (low: number, high: number) => (value: number) =>
      Number.isInteger(value) && value >= low && value <= high;
    this.#ajv = new Ajv({
      strict: false,
      allErrors: true,
      formats: {
        int32: { type: 'number', validate: isInteger(-(2 ** 31), 2 ** 31 - 1) },
        int64: { type: 'number', validate: isInteger(-(2 ** 63), 2 ** 63) },
        double: { type: 'number', validate: Number.isFinite },
      },
    });
    this.#ajv.addSchema({ $id: 'api', components: toJsonSchema(this.document['components']) });
  }

  get paths(): readonly string[] {
    return Object.keys(child(this.document, 'paths'));
  }

  schema(name: string): JsonObject {
    return child(child(child(this.document, 'components'), 'schemas'), name);
  }

  /** What checks a 200 of an operation. */
  answerOf(path: string): ValidateFunction {
    const operation = child(child(this.document, 'paths'), path);
    const method = isObject(operation['post']) ? 'post' : 'get';
    const content = child(child(child(child(operation, method), 'responses'), '200'), 'content');
    return this.#compile(child(child(content, 'application/json'), 'schema'));
  }

  /** What checks a component's values, such as ErrorBody. */
  component(name: string): ValidateFunction {
    return this.#compile({ $ref: `#/components/schemas/${name}` });
  }

  #compile(schema: JsonObject): ValidateFunction {
    const text = JSON.stringify(toJsonSchema(schema)).replaceAll('"#/', '"api#/');
    const parsed: unknown = JSON.parse(text);
    return this.#ajv.compile(isObject(parsed) ? parsed : {});
  }
}
