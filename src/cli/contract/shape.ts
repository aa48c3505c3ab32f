/** Few words to write JSON Schemas (draft 2020-12) with. */
import type { JsonSchema } from '../../task/json-schema.ts';
import { CONTRACT } from '../render/json.ts';

/** Members by name; a name that ends with `?` may be absent. */
export type Members = Readonly<Record<string, JsonSchema>>;

/** An object with these members. It may have more: fields are only ever added. */
export function shape(members: Members, description?: string): JsonSchema {
  const names = Object.keys(members);
  return {
    ...(description !== undefined && { description }),
    type: 'object',
    properties: Object.fromEntries(Object.entries(members).map(([name, schema]) => [bare(name), schema])),
    required: names.filter((name) => !name.endsWith('?')),
  };
}

/** An object with these members and no others: what the program refuses to read. */
export function closed(members: Members, description?: string): JsonSchema {
  return { ...shape(members, description), additionalProperties: false };
}

/** An object whose keys are free. */
export function mapOf(values: JsonSchema): JsonSchema {
  return { type: 'object', additionalProperties: values };
}

/** A list of values of one kind. */
export function listOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

/** One of these words. More may be added to what the program writes, so a reader has to bear a word that it does not know. */
export function oneOf(...words: readonly string[]): JsonSchema {
  return { type: 'string', enum: words };
}

/** Exactly this value. */
export function only(value: string | number | boolean | null): JsonSchema {
  return { const: value };
}

/** One of several shapes. */
export function either(...schemas: readonly JsonSchema[]): JsonSchema {
  return { anyOf: schemas };
}

/** The value, or null. */
export function orNull(schema: JsonSchema): JsonSchema {
  return either(schema, { type: 'null' });
}

/** A definition that several schemas share. */
export function ref(name: string): JsonSchema {
  return { $ref: `#/$defs/${name}` };
}

/** The schema with what it means. */
export function about(description: string, schema: JsonSchema): JsonSchema {
  return { description, ...schema };
}

/** Any JSON value. */
export const ANY: JsonSchema = {};
/** Any text. */
export const TEXT: JsonSchema = { type: 'string' };
/** A list of texts. */
export const TEXTS: JsonSchema = listOf(TEXT);
/** True or false. */
export const FLAG: JsonSchema = { type: 'boolean' };
/** A number of things. */
export const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
/** Any number. */
export const NUMBER: JsonSchema = { type: 'number' };

/** What `--json` prints: the number of the contract, the members, and sentences beside them. */
export function answer(members: Members): JsonSchema {
  return shape({ contract: only(CONTRACT), ...members, 'notices?': TEXTS });
}

function bare(name: string): string {
  return name.endsWith('?') ? name.slice(0, -1) : name;
}
