/** A set of tasks that is made at once from texts with placeholders: of a template, or of one pattern for many items. */
import { TasksError } from '../errors.ts';
import { type Bound, bindArguments, type Given } from '../task/arguments.ts';
import { NONE } from '../graph/table.ts';
import { FIELDS } from '../task/fields.ts';
import { fillText, mapTexts, type Placeholder } from '../task/placeholders.ts';
import type { TemplateArgument } from '../task/template.ts';
import type { JsonValue, TaskId } from '../task/types.ts';
import { fieldProblems } from '../task/validate.ts';
import { planCreation } from './add.ts';
import type { PlanContext } from './change.ts';
import type { FieldsInput } from './fields-input.ts';
import { keyedId } from './key.ts';
import type { Workbench } from './workbench.ts';

/** The fields of a task to be, as texts that may hold placeholders. */
export interface PatternFields extends Omit<FieldsInput, 'priority'> {
  readonly subject: string;
  readonly priority?: number | string | undefined;
}

/** Tasks to be, by names that edges between them use. */
export interface Pattern {
  readonly arguments: readonly TemplateArgument[];
  readonly tasks: readonly { readonly name: string; readonly fields: PatternFields }[];
  /** All placeholders in it. */
  readonly uses: readonly Placeholder[];
}

/** How the tasks of a set are recognised when it is made again. */
export interface SetKeys {
  /** The key of each task, by its name. */
  readonly of: (name: string) => string;
  /**
   * `refuse`: the same keys stand for the same content, anything else is refused. `keep`: what is there is left as it is,
   * whatever it would be made of today.
   */
  readonly known: 'refuse' | 'keep';
}

/** A task of a set: made, or there already. */
export interface SetTask {
  readonly name: string;
  readonly id: TaskId;
  readonly isNew: boolean;
  /** Its fields with the arguments in them; edges to tasks of the set still by name. */
  readonly fields: FieldsInput & { readonly subject: string };
}

interface SetInput {
  readonly pattern: Pattern;
  readonly given: Given;
  readonly keys?: SetKeys | undefined;
}

/** Plans all tasks of a set, or finds that they are there. Throws `exists` where only some of them are. */
export async function planTaskSet(
  bench: Workbench,
  { pattern, given, keys }: SetInput,
  context: PlanContext,
): Promise<SetTask[]> {
  const bound = bindArguments(pattern, pattern.uses, given);
  const filled = pattern.tasks.map(({ name, fields }) => ({ name, fields: within(name, () => fill(fields, bound)) }));
  const ids = new Map<string, TaskId>();
  for (const { name } of filled) {
    const id = keys === undefined ? bench.freshId() : keyedId(context.list, keys.of(name));
    ids.set(name, id);
    bench.announce(id);
  }
  const isKept =
    keys?.known === 'keep' && filled.some(({ name }) => isKnown(bench, ids.get(name) ?? '', keys.of(name)));
  const tasks: SetTask[] = [];
  for (const [at, { name, fields }] of filled.entries()) {
    const id = ids.get(name) ?? '';
    const input = { ...fields, ...edgesOf(pattern.tasks[at]?.fields ?? fields, fields, ids), id, key: keys?.of(name) };
    const isNew = !isKept && (await withinAsync(name, async () => create(bench, input, context)));
    tasks.push({ name, id, isNew, fields });
  }
  if (new Set(tasks.map(({ isNew }) => isNew)).size > 1) throw incomplete(tasks);
  return tasks;
}

/** Whether the task of a key is there. By the key and not only by the id, which is a short hash of it. */
function isKnown({ snapshot }: Workbench, id: TaskId, key: string): boolean {
  const row = snapshot.table.rowOf(id);
  return row !== NONE && snapshot.table.summary(row).aliases?.includes(key) === true;
}

async function create(
  bench: Workbench,
  input: FieldsInput & { readonly subject: string; readonly id: TaskId; readonly key: string | undefined },
  context: PlanContext,
): Promise<boolean> {
  const { id, isNew } = await planCreation(bench, input, context);
  if (!isNew) return false;
  // Here it is still known what the task is in its template; the ledger would name an id that nobody has seen.
  const task = await bench.task(id);
  for (const { name } of FIELDS) {
    const [problem] = task[name] === undefined ? [] : fieldProblems(name, task[name]);
    if (problem !== undefined) throw new TasksError('invalid', `${problem.path.join('.')} ${problem.message}`);
  }
  return true;
}

/** The fields with the arguments in their texts. */
function fill(fields: PatternFields, bound: Bound): FieldsInput & { readonly subject: string } {
  const filled = mapTexts(fields as unknown as JsonValue, (text) => fillText(text, bound)) as unknown as PatternFields;
  const { priority, ...rest } = filled;
  return {
    ...rest,
    ...(priority !== undefined && { priority: typeof priority === 'string' ? toPriority(priority) : priority }),
    ...(bound.appendix !== undefined && { description: appended(filled.description, bound.appendix) }),
  };
}

function toPriority(text: string): number {
  if (/^[0-4]$/.test(text)) return Number(text);
  throw new TasksError('invalid', `priority must be a whole number from 0 (highest) to 4, not ${JSON.stringify(text)}`);
}

function appended(description: string | null | undefined, appendix: string): string {
  return typeof description === 'string' ? `${description.trimEnd()}\n\n${appendix}` : appendix;
}

/**
 * The edges by ids. What names a task of the set is told by the text before the arguments were put in: none of them can
 * name one by accident.
 */
function edgesOf(
  { blockedBy, reviews, parent }: PatternFields,
  filled: FieldsInput,
  ids: ReadonlyMap<string, TaskId>,
): Pick<FieldsInput, 'blockedBy' | 'reviews' | 'parent'> {
  const targets = (names: readonly string[], texts: readonly string[] = []): string[] =>
    names.map((name, at) => ids.get(name) ?? texts[at] ?? name);
  const parentId = typeof parent === 'string' ? (ids.get(parent) ?? filled.parent) : filled.parent;
  return {
    ...(blockedBy !== undefined && { blockedBy: targets(blockedBy, filled.blockedBy) }),
    ...(reviews !== undefined && { reviews: targets(reviews, filled.reviews) }),
    ...(parentId !== undefined && { parent: parentId }),
  };
}

function incomplete(tasks: readonly SetTask[]): TasksError {
  const names = (isNew: boolean): string[] => tasks.filter((task) => task.isNew === isNew).map(({ name }) => name);
  return new TasksError('exists', `The key made ${names(false).join(', ')} before, and not ${names(true).join(', ')}`, {
    hint: 'The template has changed since: choose another key',
    data: { known: names(false), missing: names(true) },
  });
}

/** Runs something of one task of the set; a failure says of which. */
function within<T>(name: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw named(name, error);
  }
}

async function withinAsync<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw named(name, error);
  }
}

function named(name: string, error: unknown): unknown {
  return name === '' || !(error instanceof TasksError) ? error : inPlace(`task ${name}`, error);
}

/** The failure with its place before it. */
export function inPlace(place: string, { code, message, hint, data }: TasksError): TasksError {
  return new TasksError(code, `${place}: ${message}`, { data, ...(hint !== undefined && { hint }) });
}
