/** Judges answers of the program by the published schemas, strictly: a field that no schema names is a problem, too. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { schemaOf } from '../../src/cli/contract/schemas.ts';
import type { JsonSchema } from '../../src/task/json-schema.ts';

/** A place in an answer (`tasks[].claim.term`) with the type of what stood there. */
export type Field = string;

/** What a judge has seen. */
export interface Judge {
  /** What is wrong with the value; none: it is as the schema says, and has nothing else. */
  problems(name: string, value: unknown): readonly string[];
  /** The fields of values of this schema that were judged, sorted: `tasks[].id string`. */
  fields(name: string): readonly Field[];
  /** The properties of this schema that no judged value of any schema had, as pointers into the schema. */
  unseen(name: string): readonly string[];
}

/** A judge that has seen nothing yet. */
export function contractJudge(): Judge {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false, strictTypes: false });
  const seen = new Set<string>();
  const fields = new Map<string, Set<Field>>();
  const validators = new Map<object, ValidateFunction>();
  const strictSchemas = new Map<string, JsonSchema>();
  const strictOf = (name: string): JsonSchema => {
    const known = strictSchemas.get(name);
    if (known !== undefined) return known;
    const schema = schemaOf(name);
    if (schema === undefined) throw new Error(`There is no schema ${name}: add it to src/cli/contract`);
    const { $id: _id, ...strict } = strictly(schema) as Record<string, unknown>;
    strictSchemas.set(name, strict);
    return strict;
  };
  const validatorOf = (schema: JsonSchema, defs: unknown): ValidateFunction => {
    const known = validators.get(schema);
    if (known !== undefined) return known;
    const made = ajv.compile({ ...schema, $defs: defs as Record<string, never> });
    validators.set(schema, made);
    return made;
  };

  return {
    problems: (name, value) => {
      const schema = strictOf(name);
      const validate = validatorOf(schema, schema['$defs'] ?? {});
      if (!validate(value)) return problemsOf(validate);
      const own = fields.get(name) ?? new Set();
      fields.set(name, own);
      const walk: Walk = {
        defs: (schema['$defs'] ?? {}) as Record<string, JsonSchema>,
        fits: (branch, data) => validatorOf(branch, schema['$defs'] ?? {})(data),
        see: (pointer) => seen.add(pointer),
        tell: (path, data) => own.add(`${path} ${typeOf(data)}`),
      };
      visit(walk, { schema, pointer: name, path: '' }, value);
      return [];
    },
    fields: (name) => [...(fields.get(name) ?? [])].sort(),
    unseen: (name) => propertiesOf(strictOf(name), name).filter((pointer) => !seen.has(pointer)),
  };
}

interface Walk {
  readonly defs: Readonly<Record<string, JsonSchema>>;
  fits(branch: JsonSchema, data: unknown): boolean;
  see(pointer: string): void;
  tell(path: string, data: unknown): void;
}

interface Spot {
  readonly schema: JsonSchema;
  /** Where in the schemas: shared definitions have one place. */
  readonly pointer: string;
  /** Where in the answer. */
  readonly path: string;
}

function visit(walk: Walk, { schema, pointer, path }: Spot, data: unknown): void {
  const { $ref, anyOf, properties, items, additionalProperties } = schema as Record<string, unknown>;
  if (typeof $ref === 'string') {
    const name = $ref.replace('#/$defs/', '');
    visit(walk, { schema: walk.defs[name] ?? {}, pointer: `$${name}`, path }, data);
  }
  for (const [index, branch] of ((anyOf ?? []) as JsonSchema[]).entries()) {
    if (walk.fits(branch, data)) visit(walk, { schema: branch, pointer: `${pointer}|${index}`, path }, data);
  }
  if (Array.isArray(data)) {
    for (const item of data)
      visit(walk, { schema: (items ?? {}) as JsonSchema, pointer: `${pointer}[]`, path: `${path}[]` }, item);
  } else if (typeof data === 'object' && data !== null) {
    for (const [key, value] of Object.entries(data)) {
      const known = (properties as Record<string, JsonSchema> | undefined)?.[key];
      const spot = known === undefined ? '{}' : `.${key}`;
      const rest = typeof additionalProperties === 'object' ? additionalProperties : {};
      if (known !== undefined) walk.see(placeOf(pointer, key));
      if (known !== undefined) walk.tell(`${path}${spot}`, value);
      visit(
        walk,
        { schema: known ?? (rest as JsonSchema), pointer: `${pointer}${spot}`, path: `${path}${spot}` },
        value,
      );
    }
  }
}

/** Sentences beside an answer are one thing, whatever the answer. */
function placeOf(pointer: string, key: string): string {
  return key === 'notices' ? 'answer.notices' : `${pointer}.${key}`;
}

/** Every property that the schema declares, by its pointer. */
function propertiesOf(schema: JsonSchema, pointer: string): string[] {
  const { $defs, anyOf, properties, items, additionalProperties } = schema as Record<string, unknown>;
  const inside = (value: unknown, at: string): string[] =>
    typeof value === 'object' && value !== null ? propertiesOf(value as JsonSchema, at) : [];
  return [
    ...Object.entries((properties ?? {}) as Record<string, JsonSchema>).flatMap(([key, value]) => {
      return [placeOf(pointer, key), ...inside(value, `${pointer}.${key}`)];
    }),
    ...((anyOf ?? []) as JsonSchema[]).flatMap((branch, index) => inside(branch, `${pointer}|${index}`)),
    ...inside(items, `${pointer}[]`),
    ...inside(additionalProperties, `${pointer}{}`),
    ...Object.entries(($defs ?? {}) as Record<string, JsonSchema>).flatMap(([key, value]) => inside(value, `$${key}`)),
  ];
}

/** The schema without room for what it does not name. Where it says itself what else there may be, that holds. */
function strictly(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strictly);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, strictly(member)]));
  const isObject = copy['type'] === 'object' && typeof copy['properties'] === 'object';
  return isObject && copy['additionalProperties'] === undefined ? { ...copy, additionalProperties: false } : copy;
}

function problemsOf({ errors }: ValidateFunction): string[] {
  const all = (errors ?? []).map(({ instancePath, message, params, keyword }) => {
    const extra = keyword === 'additionalProperties' ? ` (${String(params['additionalProperty'])})` : '';
    return `${instancePath || 'the answer'} ${message ?? ''}${extra}`;
  });
  return [...new Set(all)];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
