/** Text to task and back: the entry to the codec. The form of a task file is described in `docs/format.md`. */
import { FIELD_BY_NAME, FIELDS, type Field, SET_FIELDS } from '../task/fields.ts';
import { sameJson } from '../task/changes.ts';
import { sortedSet } from '../task/text.ts';
import type { JsonValue, Task, TaskId } from '../task/types.ts';
import { fieldProblems, isDefault } from '../task/validate.ts';
import { damageIn } from './damage.ts';
import { type FileProblem, type Parsed, parseYaml, pathText } from './parse.ts';
import { spliceTask } from './patch.ts';
import { scanCanonical, setKey } from './scan.ts';
import { encodeTask, isOversized } from './write.ts';

export type { FileProblem } from './parse.ts';
export { encodeTask } from './write.ts';

/** What the path of a file says about the task in it. */
export interface Where {
  readonly id: TaskId;
  readonly list: string;
}

/** A task, or every reason why a file holds none. `canonical`: the text is what `encodeTask` would write. */
export type Decoded =
  | { readonly ok: true; readonly task: Task; readonly canonical: boolean }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

type Fields = ReadonlyMap<string, JsonValue>;

/** More problems than anybody reads; the rest is counted. */
const MAX_PROBLEMS = 100;
const LISTS: ReadonlySet<string> = new Set(['lines', 'ids', 'evidence', 'notes', 'conflicts']);
const IS_SET: ReadonlySet<string> = new Set(SET_FIELDS);
const RANKS: ReadonlyMap<string, number> = new Map(FIELDS.map((field, index) => [field.name, index]));
/** The properties that every task has in memory, in the file or not. */
const DEFAULTS: Readonly<Record<string, unknown>> = Object.fromEntries(
  FIELDS.filter((field) => field.required !== true).flatMap(({ name, shape, defaultValue }) => {
    if (shape === 'map') return [[name, Object.freeze({})]];
    if (LISTS.has(shape)) return [[name, Object.freeze([])]];
    return defaultValue === undefined ? [] : [[name, defaultValue]];
  }),
);
const REQUIRED: readonly Field[] = FIELDS.filter((field) => field.required);

/**
 * The task of a canonical text, or undefined for any other text, valid or not. Never loads the library:
 * the one to call for what `encodeTask` wrote, with `decodeTask` as the second try.
 */
export function decodeCanonical(text: string, where: Where): Task | undefined {
  const fields = isOversized(text) ? undefined : scanCanonical(text);
  if (fields === undefined || fields.get('id') !== where.id) return undefined;
  let last = -1;
  for (const [name, value] of fields) {
    const rank = RANKS.get(name) ?? FIELDS.length;
    if (rank < last || (rank === last && rank < FIELDS.length) || !isCanonicalValue(name, value)) return undefined;
    last = rank;
  }
  if (REQUIRED.some((field) => !fields.has(field.name))) return undefined;
  const task = toTask(fields, where);
  return keepsOrder(fields, task) ? task : undefined;
}

/** The task of any text. A text that is not canonical is read by the library: 0.25 ms, and its start-up once. */
export function decodeTask(text: string, where: Where): Decoded {
  const canonical = decodeCanonical(text, where);
  if (canonical !== undefined) return { ok: true, task: canonical, canonical: true };
  const damage = damageIn(text);
  if (damage.length > 0) return refused(damage);
  const parsed = parseYaml(text);
  const problems = [...parsed.problems, ...(parsed.top === undefined ? [] : taskProblems(parsed, where))];
  if (problems.length > 0) return refused(problems);
  return { ok: true, task: toTask(parsed.fields as Fields, where), canonical: false };
}

/**
 * The text of a file that held `before` and is to hold `after`. A canonical text stays canonical; in any other, only the
 * lines of what differs change. Where even that cannot be done faithfully, the canonical form of `after`.
 */
export function patchTask(text: string, before: Task, after: Task): string {
  const canonical = encodeTask(after);
  if (text === encodeTask(before)) return canonical;
  const unix = text.replaceAll('\r\n', '\n');
  const patched = spliceTask(unix.endsWith('\n') ? unix : `${unix}\n`, before, after);
  const decoded = patched === undefined ? undefined : decodeTask(patched, after);
  if (patched === undefined || decoded?.ok !== true || !sameJson(decoded.task, after)) return canonical;
  // A file of mixed line ends gets LF: whatever wrote it last will not have meant both.
  return /(?:^|[^\r])\n/.test(text) ? patched : patched.replaceAll('\n', '\r\n');
}

function isCanonicalValue(name: string, value: JsonValue): boolean {
  const field = FIELD_BY_NAME.get(name);
  if (field !== undefined && isDefault(field, value)) return false;
  return fieldProblems(name, value).length === 0 && (!IS_SET.has(name) || isAscending(value as readonly string[]));
}

function isAscending(members: readonly string[]): boolean {
  return members.every((member, index) => index === 0 || (members[index - 1] ?? '') < member);
}

/** Whether the unknown keys keep their order in memory: an object puts keys like `7` first. */
function keepsOrder(fields: Fields, task: Task): boolean {
  const unknown = Object.keys(task.extra);
  if (unknown.length < 2) return true;
  const inFile = [...fields.keys()].slice(-unknown.length);
  return unknown.every((key, index) => key === inFile[index]);
}

function toTask(fields: Fields, where: Where): Task {
  const extra: Record<string, JsonValue> = {};
  const task: Record<string, unknown> = { id: where.id, list: where.list, ...DEFAULTS, extra };
  for (const [name, value] of fields) {
    if (!RANKS.has(name)) setKey(extra, name, value);
    else if (!IS_SET.has(name) || isAscending(value as readonly string[])) task[name] = value;
    else task[name] = sortedSet(value as readonly string[]);
  }
  return task as unknown as Task;
}

function taskProblems(parsed: Parsed, where: Where): FileProblem[] {
  const problems: FileProblem[] = [];
  for (const { name } of REQUIRED) {
    if (!parsed.fields.has(name)) problems.push({ message: `the task lacks ${name}`, ...parsed.locate([]) });
  }
  for (const [name, value] of parsed.fields) {
    if (value === undefined) continue;
    for (const { path, message } of fieldProblems(name, value)) {
      problems.push({ message: `${pathText(path)} ${message}`, ...parsed.locate(path) });
    }
  }
  const id = parsed.fields.get('id');
  if (typeof id === 'string' && id !== where.id) {
    problems.push({ message: `id is ${id}, but the file is that of ${where.id}`, ...parsed.locate(['id']) });
  }
  return problems;
}

function refused(problems: readonly FileProblem[]): Decoded {
  const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const shown = sorted.slice(0, MAX_PROBLEMS);
  const last = shown.at(-1);
  if (last !== undefined && sorted.length > shown.length) {
    shown.push({ ...last, message: `and ${sorted.length - shown.length} problems more` });
  }
  return { ok: false, problems: shown };
}
