/** Text to template and back. The form is described in `docs/templates.md`; it is read as strictly as a task file. */
import { TasksError } from '../errors.ts';
import { parseWhen } from '../task/duration.ts';
import { FIELDS } from '../task/fields.ts';
import { MAX_MEMBERS } from '../task/limits.ts';
import {
  findLocalCycle,
  hasPlaceholder,
  isArgumentName,
  isLocalName,
  TEMPLATE_FIELDS,
  type Template,
  type TemplateArgument,
  type TemplateFields,
  type TemplateTask,
} from '../task/template.ts';
import type { JsonValue } from '../task/types.ts';
import { fieldProblems, isMap } from '../task/validate.ts';
import { damageIn } from './damage.ts';
import { type FileProblem, parseYaml, type Parsed, type Path } from './parse.ts';
import { writeEntry } from './write.ts';

/** A template, or every reason why a text is none. */
export type DecodedTemplate =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

const TASK_FIELDS: ReadonlySet<string> = new Set(TEMPLATE_FIELDS);
const TOP_KEYS: readonly string[] = ['description', 'arguments', 'tasks'];
const ARGUMENT_KEYS: readonly string[] = ['name', 'default', 'description'];

/** The template in a text. */
export function decodeTemplate(text: string): DecodedTemplate {
  const damage = damageIn(text);
  if (damage.length > 0) return { ok: false, problems: damage };
  const parsed = parseYaml(text);
  const reading: Reading = { parsed, problems: [...parsed.problems] };
  if (parsed.problems.length > 0) return refused(reading);
  for (const key of parsed.fields.keys()) {
    if (!TOP_KEYS.includes(key)) report(reading, [key], `${key} is no part of a template: it has ${list(TOP_KEYS)}`);
  }
  const description = parsed.fields.get('description');
  if (description !== undefined) checkField(reading, ['description'], description);
  const args = readArguments(reading, parsed.fields.get('arguments') ?? []);
  const tasks = readTasks(reading, parsed.fields.get('tasks'), args);
  if (reading.problems.length > 0) return refused(reading);
  const about = typeof description === 'string' ? { description } : {};
  return { ok: true, template: { ...about, arguments: args, tasks } };
}

/** The text of a template, in the form in which git-tasks writes one. */
export function encodeTemplate({ description, arguments: args, tasks }: Template): string {
  const known = FIELDS.map(({ name }) => name);
  const head = [
    ...(description === undefined ? [] : [writeEntry('description', description, { pad: '' })]),
    ...(args.length === 0 ? [] : [writeEntry('arguments', args.map(argumentValue), { pad: '' })]),
  ];
  const body = tasks.map(({ name, fields }) => writeEntry(name, fields as unknown as JsonValue, { pad: '  ', known }));
  return `${head.join('')}tasks:\n${body.join('')}`;
}

interface Reading {
  readonly parsed: Parsed;
  readonly problems: FileProblem[];
}

function refused({ problems }: Reading): DecodedTemplate {
  return { ok: false, problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

function report({ parsed, problems }: Reading, path: Path, message: string): void {
  problems.push({ message, ...parsed.locate(path) });
}

function list(names: Iterable<string>): string {
  return [...names].join(', ');
}

/** Checks a value by the rule of the task field that stands at the end of its path. Gates are names, as labels are. */
function checkField(reading: Reading, path: Path, value: JsonValue): void {
  const name = String(path.at(-1) ?? '');
  for (const problem of fieldProblems(name === 'gates' ? 'labels' : name, value)) {
    const inside = problem.path.slice(1);
    report(reading, [...path, ...inside], `${[name, ...inside].join('.')} ${problem.message}`);
  }
}

function readArguments(reading: Reading, value: JsonValue): TemplateArgument[] {
  if (!Array.isArray(value)) {
    report(reading, ['arguments'], 'arguments must be a list of names');
    return [];
  }
  const args: TemplateArgument[] = [];
  (value as readonly JsonValue[]).forEach((entry, index) => {
    const at = ['arguments', index];
    const argument = typeof entry === 'string' ? { name: entry } : readArgument(reading, at, entry);
    if (argument === undefined) return;
    const { name } = argument;
    if (!isArgumentName(name)) {
      report(reading, at, `${JSON.stringify(name)} cannot name an argument: use letters, digits and _`);
    } else if (args.some((other) => other.name === name)) {
      report(reading, at, `the argument ${name} is there twice`);
    } else args.push(argument);
  });
  return args;
}

function readArgument(reading: Reading, at: Path, entry: JsonValue): TemplateArgument | undefined {
  if (!isMap(entry)) {
    report(reading, at, 'an argument must be a name, or a map with a name');
    return undefined;
  }
  const before = reading.problems.length;
  for (const [key, value] of Object.entries(entry)) {
    if (!ARGUMENT_KEYS.includes(key))
      report(reading, [...at, key], `an argument has ${list(ARGUMENT_KEYS)}, no ${key}`);
    else if (typeof value !== 'string') report(reading, [...at, key], `${key} must be a text: put it in quotes`);
  }
  if (entry['name'] === undefined) report(reading, at, 'the argument lacks name');
  return reading.problems.length > before ? undefined : (entry as unknown as TemplateArgument);
}

function argumentValue({ name, default: value, description }: TemplateArgument): JsonValue {
  if (value === undefined && description === undefined) return name;
  return { name, ...(value !== undefined && { default: value }), ...(description !== undefined && { description }) };
}

function readTasks(
  reading: Reading,
  value: JsonValue | undefined,
  args: readonly TemplateArgument[],
): readonly TemplateTask[] {
  if (!isMap(value) || Object.keys(value).length === 0) {
    report(reading, ['tasks'], 'a template needs tasks: a map of names to the fields of a task');
    return [];
  }
  const names = new Set(Object.keys(value));
  if (names.size > MAX_MEMBERS) report(reading, ['tasks'], `tasks has more than ${MAX_MEMBERS} members`);
  const before = reading.problems.length;
  const tasks = Object.entries(value).map(([name, fields]) => {
    const at = ['tasks', name];
    if (!isLocalName(name)) report(reading, at, `${JSON.stringify(name)} cannot name a task of a template`);
    if (isMap(fields)) checkTask(reading, { at, name, fields, names, args });
    else report(reading, at, `${name} must be a map of fields`);
    return { name, fields: fields as unknown as TemplateFields };
  });
  if (reading.problems.length > before) return [];
  const circle = findLocalCycle(tasks);
  if (circle === undefined) return tasks;
  const [first = ''] = circle;
  report(reading, ['tasks', first], `these tasks wait for each other: ${[...circle, first].join(' -> ')}`);
  return [];
}

interface TaskReading {
  readonly at: Path;
  readonly name: string;
  readonly fields: Readonly<Record<string, JsonValue>>;
  /** The names of all tasks of the template. */
  readonly names: ReadonlySet<string>;
  readonly args: readonly TemplateArgument[];
}

function checkTask(reading: Reading, task: TaskReading): void {
  const { at, name, fields } = task;
  if (fields['subject'] === undefined) report(reading, at, `${name} lacks subject`);
  for (const [key, value] of Object.entries(fields)) {
    if (!TASK_FIELDS.has(key)) {
      report(reading, [...at, key], `a template cannot set ${key}: it sets ${list(TASK_FIELDS)}`);
    } else if (key === 'blockedBy' || key === 'reviews') checkEdges(reading, task, { key, value });
    else if (key === 'parent') checkEdge(reading, task, { path: [...at, key], value });
    else if (isOpen(task, key, value)) continue;
    else if (key === 'due' || key === 'defer') checkWhen(reading, [...at, key], value);
    else checkField(reading, [...at, key], value);
  }
}

/** Values that only the arguments complete: what they come to is checked when the tasks are made. */
function isOpen({ args }: TaskReading, key: string, value: JsonValue): boolean {
  return ['priority', 'due', 'defer'].includes(key) && typeof value === 'string' && hasPlaceholder(value, args);
}

interface Edges {
  readonly key: string;
  readonly value: JsonValue;
}

function checkEdges(reading: Reading, task: TaskReading, { key, value }: Edges): void {
  const path = [...task.at, key];
  if (!Array.isArray(value)) return report(reading, path, `${key} must be a list of names`);
  (value as readonly JsonValue[]).forEach((member, index) =>
    checkEdge(reading, task, { path: [...path, index], value: member }),
  );
}

/** An edge leads to a task of the template, or to where an argument says. */
function checkEdge(
  reading: Reading,
  { name, names, args }: TaskReading,
  { path, value }: { readonly path: Path; readonly value: JsonValue },
): void {
  if (typeof value !== 'string') return report(reading, path, 'must be the name of a task of this template');
  if (hasPlaceholder(value, args)) return;
  if (value === name) return report(reading, path, `${name} cannot wait for itself`);
  if (names.has(value)) return;
  report(reading, path, `${JSON.stringify(value)} is no task of this template: it has ${list(names)}`);
}

function checkWhen(reading: Reading, path: Path, value: JsonValue): void {
  if (typeof value !== 'string') return report(reading, path, `${path.at(-1) ?? ''} must be a text`);
  try {
    parseWhen(value, 0);
  } catch (error) {
    if (!(error instanceof TasksError)) throw error;
    report(reading, path, error.message);
  }
}
