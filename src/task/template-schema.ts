/** The file of a template as a JSON Schema, made of the fields that a template may give and of the field table. */
import { FIELDS } from './fields.ts';
import { type JsonSchema, VALUE_SCHEMAS } from './json-schema.ts';
import { MAX_MEMBERS } from './limits.ts';
import { ARGUMENT_PATTERN, LOCAL_PATTERN, TEMPLATE_FIELDS, type TemplateFields } from './template.ts';

const TEXT: JsonSchema = { type: 'string' };
const NAME: JsonSchema = { type: 'string', pattern: ARGUMENT_PATTERN };
/** A name of the same template, or what an argument says. */
const EDGES: JsonSchema = { type: 'array', items: TEXT };

/** Fields that are looser here than in a task, because names and arguments stand for their values. */
const LOOSE: { readonly [Name in keyof TemplateFields]?: JsonSchema } = {
  priority: {
    description: '0 (highest) to 4, or a text with a placeholder',
    anyOf: [VALUE_SCHEMAS.priority, { type: 'string', pattern: String.raw`\$` }],
  },
  blockedBy: { ...EDGES, description: 'names of tasks of this template that must be completed first' },
  reviews: { ...EDGES, description: 'names of tasks of this template whose work it reviews' },
  gates: { ...VALUE_SCHEMAS.lines, description: 'names of gates to wait for' },
  parent: { ...TEXT, description: 'name of the task of this template that it is a part of' },
  due: { ...TEXT, description: 'when it should be done: a day, tomorrow, 3d' },
  defer: { ...TEXT, description: 'not ready before then' },
};

/** The file of a template. It may have no other keys: what a typo would lose is refused. */
export function templateFileSchema(): JsonSchema {
  return {
    title: 'The file of a template',
    type: 'object',
    properties: {
      description: { description: 'what the template is for', ...VALUE_SCHEMAS.text },
      arguments: {
        description: 'what stands for $name in texts; the first one is $0, too',
        type: 'array',
        items: { anyOf: [NAME, argumentSchema()] },
      },
      tasks: {
        description: 'the tasks, by names that are known in this template only',
        type: 'object',
        minProperties: 1,
        maxProperties: MAX_MEMBERS,
        propertyNames: { pattern: LOCAL_PATTERN },
        additionalProperties: taskSchema(),
      },
    },
    required: ['tasks'],
    additionalProperties: false,
  };
}

function argumentSchema(): JsonSchema {
  return {
    type: 'object',
    properties: {
      name: NAME,
      default: { description: 'taken when none is given', ...TEXT },
      description: TEXT,
    },
    required: ['name'],
    additionalProperties: false,
  };
}

function taskSchema(): JsonSchema {
  const table = new Map<string, JsonSchema>(
    FIELDS.map(({ name, shape, doc }) => [name, { description: doc, ...VALUE_SCHEMAS[shape] }]),
  );
  const schemaOf = (name: keyof TemplateFields): JsonSchema | undefined => LOOSE[name] ?? table.get(name);
  return {
    type: 'object',
    properties: Object.fromEntries(TEMPLATE_FIELDS.map((name) => [name, schemaOf(name)])),
    required: ['subject'],
    additionalProperties: false,
  };
}
