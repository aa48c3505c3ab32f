/**
 * Our own JSON lines: one task a line with every field of its file and the name of its list.
 *
 * What is left out of a file is left out here, so an export and an import give the same files again.
 */
import { FIELDS, FIELD_BY_NAME, SET_FIELDS } from '../task/fields.ts';
import { isListName } from '../task/ids.ts';
import { sortedSet } from '../task/text.ts';
import type { JsonValue, Task } from '../task/types.ts';
import { fieldProblems, isDefault, isMap, type Problem } from '../task/validate.ts';
import { jsonLines } from './json-lines.ts';
import type { ImportIssue } from './types.ts';

/** Where a line does not say. */
const DEFAULT_LIST = 'main';

/** The name of the list is not in the file, so a file may have a key of that name: `list` is then written `_list`. */
const LIST_KEY = /^_*list$/;
const ESCAPED_LIST_KEY = /^_+list$/;

/** The tasks as JSON lines, by list and then by id. The same tasks give the same text. */
export function encodeJsonl(tasks: Iterable<Task>): string {
  const sorted = [...tasks].sort((a, b) => compare(a.list, b.list) || compare(a.id, b.id));
  return sorted.map((task) => `${JSON.stringify(toRecord(task))}\n`).join('');
}

/** The valid tasks of the text, in its order; every bad line is an issue with all that is wrong with it. */
export function decodeJsonl(text: string): {
  readonly tasks: readonly Task[];
  readonly issues: readonly ImportIssue[];
} {
  const tasks = new Map<string, Task>();
  const issues: ImportIssue[] = [];
  for (const parsed of jsonLines(text)) {
    const { line } = parsed;
    const skip = (key: string | undefined, problem: string): void => {
      issues.push({ key, line, message: `line ${line}: ${problem}`, kind: 'skipped' });
    };
    if ('problem' in parsed) {
      skip(undefined, parsed.problem);
      continue;
    }
    const { record } = parsed;
    const id = typeof record['id'] === 'string' ? record['id'] : undefined;
    const problems = recordProblems(record);
    if (problems.length > 0 || id === undefined) skip(id, problems.map(describe).join('; '));
    else if (tasks.has(id)) skip(id, `the id ${id} was there before`);
    else tasks.set(id, toTask(record));
  }
  return { tasks: [...tasks.values()], issues };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function toRecord(task: Task): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const field of FIELDS) {
    const value = task[field.name];
    if (!isDefault(field, value)) entries.push([field.name, value]);
    if (field.name === 'id') entries.push(['list', task.list]);
  }
  for (const [key, value] of Object.entries(task.extra)) entries.push([LIST_KEY.test(key) ? `_${key}` : key, value]);
  return Object.fromEntries(entries);
}

/** The task of a record without problems. */
function toTask(record: Readonly<Record<string, unknown>>): Task {
  const known: [string, unknown][] = [];
  const extra: [string, JsonValue][] = [];
  for (const [key, value] of Object.entries(record)) {
    if (key === 'list' || FIELD_BY_NAME.has(key)) known.push([key, value]);
    else extra.push([ESCAPED_LIST_KEY.test(key) ? key.slice(1) : key, value as JsonValue]);
  }
  const given = Object.fromEntries(known);
  for (const name of SET_FIELDS) given[name] = sortedSet((given[name] as readonly string[] | undefined) ?? []);
  const defaults = {
    list: DEFAULT_LIST,
    priority: 2,
    completedBy: [],
    evidence: [],
    notes: [],
    metadata: {},
    conflicts: [],
  };
  return { ...defaults, ...given, extra: Object.fromEntries(extra) } as unknown as Task;
}

function recordProblems(record: Readonly<Record<string, unknown>>): Problem[] {
  const problems: Problem[] = [];
  const { list } = record;
  if (list !== undefined && !(typeof list === 'string' && isListName(list))) {
    problems.push({ path: ['list'], message: 'is not the name of a list' });
  }
  for (const { name, required } of FIELDS) {
    if (required && !Object.hasOwn(record, name)) problems.push({ path: [name], message: 'is missing' });
  }
  for (const [name, value] of Object.entries(record)) {
    if (name !== 'list') problems.push(...fieldProblems(name, value));
    if (!isWellFormed(value)) problems.push({ path: [name], message: 'has half a character (a lone surrogate)' });
  }
  return problems;
}

/** Whether every text in it is one that a file can hold. Deep values have their own problem. */
function isWellFormed(value: unknown, levels = 20): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.every((member) => isWellFormed(member, levels - 1));
  return !isMap(value) || Object.entries(value).every(([k, v]) => k.isWellFormed() && isWellFormed(v, levels - 1));
}

function describe({ path, message }: Problem): string {
  return `${path.join('.')} ${message}`;
}
