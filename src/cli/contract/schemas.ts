/** Every published schema by its name, whole: with its address and the definitions that it uses. */
import { type JsonSchema, taskFileSchema } from '../../task/json-schema.ts';
import { templateFileSchema } from '../../task/template-schema.ts';
import { CONTRACT } from '../render/json.ts';
import { ANSWERS } from './answers.ts';
import { DEFINITIONS } from './definitions.ts';
import { BATCH_LINE, ERROR, EVENT, JSONL_LINE, RUN_EVENT } from './lines.ts';
import { RUN_REPORT } from './report.ts';

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/** Schemas that are no answer of a verb. */
const OTHERS: Readonly<Record<string, { readonly title: string; readonly schema: JsonSchema }>> = {
  task: { title: 'The file of a task', schema: taskFileSchema() },
  template: { title: 'The file of a template', schema: templateFileSchema() },
  error: { title: 'A failure, on standard error with --json', schema: ERROR },
  event: { title: 'A line of git tasks watch --json', schema: EVENT },
  'run-event': { title: 'A line of git tasks run --json', schema: RUN_EVENT },
  'run-report': { title: 'A file of git tasks run --report FILE.json', schema: RUN_REPORT },
  'batch-line': { title: 'A line of the input of git tasks batch', schema: BATCH_LINE },
  'jsonl-line': { title: 'A line of git tasks export jsonl', schema: JSONL_LINE },
};

/** What a list of the schemas says of one. */
export interface SchemaRow {
  readonly name: string;
  readonly title: string;
  readonly id: string;
}

/** The name of the schema of a verb's answer. */
export function answerName(verb: string): string {
  return `${verb}-answer`;
}

/** All schemas: of files, of lines, and of the answers in the order of the verbs. */
export function listSchemas(): readonly SchemaRow[] {
  const answers = Object.keys(ANSWERS).map((verb) => [answerName(verb), titleOf(verb)] as const);
  const others = Object.entries(OTHERS).map(([name, { title }]) => [name, title] as const);
  return [...others, ...answers].map(([name, title]) => ({ name, title, id: idOf(name) }));
}

/** The schema of that name; undefined where there is none. */
export function schemaOf(name: string): JsonSchema | undefined {
  const verb = name.replace(/-answer$/, '');
  const found = Object.hasOwn(OTHERS, name)
    ? OTHERS[name]
    : Object.hasOwn(ANSWERS, verb) && name === answerName(verb)
      ? { title: titleOf(verb), schema: ANSWERS[verb] }
      : undefined;
  if (found?.schema === undefined) return undefined;
  const names = usedBy(found.schema);
  return {
    $schema: DRAFT,
    $id: idOf(name),
    ...found.schema,
    title: found.title,
    ...(names.length > 0 && { $defs: Object.fromEntries(names.map((used) => [used, DEFINITIONS[used]])) }),
  };
}

/** No address on the network: the schemas come with the program. */
function idOf(name: string): string {
  return `urn:git-tasks:contract:${CONTRACT}:${name}`;
}

function titleOf(verb: string): string {
  return `The answer of git tasks ${verb} --json`;
}

/** The names of the definitions that a schema refers to, also through others, sorted. */
function usedBy(schema: JsonSchema): string[] {
  const names = new Set(refsIn(schema));
  for (const name of names) for (const other of refsIn(DEFINITIONS[name])) names.add(other);
  return [...names].sort();
}

function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' && typeof member === 'string' ? [member.replace('#/$defs/', '')] : refsIn(member),
  );
}
