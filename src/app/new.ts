/** `new`: makes the tasks of a template, all in one commit. */
import { givenWords } from '../task/arguments.ts';
import type { TaskId } from '../task/types.ts';
import {
  answerTasks,
  makeChange,
  type PlanContext,
  type PlanVerb,
  previewChange,
  type TasksAnswer,
  type WriteOptions,
} from './change.ts';
import type { FieldsInput } from './fields-input.ts';
import { normalizeKey } from './key.ts';
import type { Session } from './session.ts';
import { planTaskSet, type SetTask } from './task-set.ts';
import { readPattern } from './template.ts';
import type { Workbench } from './workbench.ts';

export interface NewInput {
  readonly template: string;
  /** By position: `$0`, `$1` … */
  readonly arguments?: readonly string[] | undefined;
  /** By name. */
  readonly set?: Readonly<Record<string, string>> | undefined;
  /** The same key makes the same tasks, on any machine. The task `fetch` has the key `KEY/fetch`. */
  readonly key?: string | undefined;
}

/** What `new` made. */
export interface NewAnswer extends TasksAnswer {
  readonly template: string;
  /** Each task's id by its name in the template. */
  readonly ids: Readonly<Record<string, TaskId>>;
  readonly total: number;
  readonly created: number;
  /** Tasks that the same key had made before. */
  readonly existing: number;
}

/** What `new` would make. */
export interface NewPreview {
  readonly template: string;
  readonly tasks: readonly PlannedTask[];
  readonly total: number;
  readonly created: number;
  readonly existing: number;
  readonly dryRun: true;
}

/** A task that would be made: its fields, with edges to tasks of the same template by their names. */
export type PlannedTask = FieldsInput & { readonly name: string; readonly subject: string };

/** Makes the tasks of a template. With a key that was used before and the same content it answers with those. */
export async function newFromTemplate(
  session: Session,
  input: NewInput,
  options: WriteOptions = {},
): Promise<NewAnswer> {
  const change = await makeChange(session, planOf(input), { ...options, title: options.title ?? titleOf(input) });
  const { result } = change;
  const answer = await answerTasks(session, { ...change, result: result.map(({ id }) => id) });
  const ids = Object.fromEntries(result.map(({ name, id }) => [name, id]));
  return { template: input.template, ids, ...counts(result), ...answer };
}

/** Tells what `newFromTemplate` would make. Nothing is written. */
export async function previewTemplate(session: Session, input: NewInput): Promise<NewPreview> {
  const { result } = await previewChange(session, planOf(input));
  const tasks = result.map(({ name, fields }) => ({ name, ...fields }));
  return { template: input.template, tasks, ...counts(result), dryRun: true };
}

/** Plans the tasks of a template. */
export async function planNew(bench: Workbench, input: NewInput, context: PlanContext): Promise<SetTask[]> {
  const pattern = await readPattern(bench.snapshot, input.template);
  const given = givenWords(input.arguments ?? [], new Map(Object.entries(input.set ?? {})));
  const key = input.key === undefined ? undefined : normalizeKey(input.key);
  const keys = key === undefined ? undefined : { of: (name: string) => `${key}/${name}`, known: 'refuse' as const };
  return planTaskSet(bench, { pattern, given, keys }, context);
}

function planOf(input: NewInput): PlanVerb<SetTask[]> {
  return async (bench, context) => planNew(bench, input, context);
}

function titleOf({ template, arguments: words = [] }: NewInput): string {
  return ['new', template, ...words].join(' ');
}

function counts(tasks: readonly SetTask[]): Pick<NewAnswer, 'total' | 'created' | 'existing'> {
  const created = tasks.filter(({ isNew }) => isNew).length;
  return { total: tasks.length, created, existing: tasks.length - created };
}
