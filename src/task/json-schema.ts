/**
 * The file of a task as a JSON Schema (https://json-schema.org/draft/2020-12), made of the field table and the limits.
 *
 * It accepts all that validation accepts. What it cannot say stays with validation: days that no month has, limits in
 * UTF-16 units (a schema counts characters), and the depth of free values.
 */
import { type Field, FIELDS } from './fields.ts';
import { ID_PATTERN } from './ids.ts';
import { DAY_PATTERN, INSTANT_PATTERN } from './instant.ts';
import { MAX_KEY, MAX_LINE, MAX_MEMBERS, MAX_TEXT } from './limits.ts';
import { RECORDS, type RecordKind, type RecordShape, type ValueKind } from './records.ts';
import { STATUSES } from './validate.ts';

/** A JSON Schema: plain JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const KEY: JsonSchema = { maxLength: MAX_KEY };

/** Kinds of values that are no records. */
type PlainKind = Exclude<ValueKind, RecordKind>;

const ID: JsonSchema = { type: 'string', pattern: ID_PATTERN };
const INSTANT: JsonSchema = { type: 'string', pattern: INSTANT_PATTERN };
/** No line end, and something in it that is no blank. */
const LINE: JsonSchema = { type: 'string', maxLength: MAX_LINE, pattern: String.raw`^[^\n]*[^\s][^\n]*$` };

const PLAIN: Readonly<Record<PlainKind, JsonSchema>> = {
  id: ID,
  line: LINE,
  text: { type: 'string', maxLength: MAX_TEXT },
  status: { enum: STATUSES },
  priority: { type: 'integer', minimum: 0, maximum: 4 },
  day: { type: 'string', anyOf: [{ pattern: DAY_PATTERN }, { pattern: INSTANT_PATTERN }] },
  instant: INSTANT,
  lines: members(LINE),
  ids: members(ID),
  map: { type: 'object', maxProperties: MAX_MEMBERS, propertyNames: KEY },
  count: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
  amount: { type: 'number', minimum: 0 },
  flag: { type: 'boolean' },
  json: {},
};

/** The records by name. */
export const RECORD_SCHEMAS: Readonly<Record<keyof typeof RECORDS, JsonSchema>> = {
  claim: recordSchema(RECORDS.claim),
  note: recordSchema(RECORDS.note),
  evidence: recordSchema(RECORDS.evidence),
  conflict: recordSchema(RECORDS.conflict),
};

/** The schema of each kind of value. */
export const VALUE_SCHEMAS: Readonly<Record<ValueKind, JsonSchema>> = {
  ...PLAIN,
  claim: RECORD_SCHEMAS.claim,
  evidence: members(RECORD_SCHEMAS.evidence),
  notes: members(RECORD_SCHEMAS.note),
  conflicts: members(RECORD_SCHEMAS.conflict),
};

/** The members of a task's file by name, with what each means. */
export function fieldSchemas(): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(FIELDS.map((field) => [field.name, fieldSchema(field)]));
}

/** The file of a task. */
export function taskFileSchema(): JsonSchema {
  return {
    title: 'The file of a task',
    type: 'object',
    propertyNames: KEY,
    properties: fieldSchemas(),
    required: FIELDS.filter(({ required }) => required).map(({ name }) => name),
  };
}

function fieldSchema({ shape, doc, defaultValue }: Field): JsonSchema {
  return { description: doc, ...VALUE_SCHEMAS[shape], ...(defaultValue !== undefined && { default: defaultValue }) };
}

function members(items: JsonSchema): JsonSchema {
  return { type: 'array', maxItems: MAX_MEMBERS, items };
}

function recordSchema(shape: RecordShape): JsonSchema {
  const entries = Object.entries(shape);
  const properties = entries.map(([name, { kind, doc }]) => [name, { description: doc, ...PLAIN[kind] }]);
  return {
    type: 'object',
    propertyNames: KEY,
    properties: Object.fromEntries(properties),
    required: entries.filter(([, { required }]) => required).map(([name]) => name),
  };
}
