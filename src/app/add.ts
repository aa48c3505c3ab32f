/** `add`: creates a task. */
import { TasksError } from '../errors.ts';
import { toInstant } from '../task/instant.ts';
import { newTask } from '../task/operations.ts';
import { normalizeLine } from '../task/text.ts';
import type { TaskId } from '../task/types.ts';
import { answerTask, makeChange, type PlanContext, type TaskAnswer, type WriteOptions } from './change.ts';
import { editOf, editToFields, type FieldsInput, pushBlocks } from './fields-input.ts';
import { withGates } from './gate-edges.ts';
import { keyedId, normalizeKey, pushKeyed } from './key.ts';
import type { Session } from './session.ts';
import type { Workbench } from './workbench.ts';

export interface AddInput extends FieldsInput {
  readonly subject: string;
  /** The same key makes the same task, on any machine: a retry never makes a second one. */
  readonly key?: string | undefined;
  /** Another list than the session's. */
  readonly list?: string | undefined;
}

/** Creates a task. With a key that was used before and the same content it answers with that task. */
export async function addTask(session: Session, input: AddInput, options: WriteOptions = {}): Promise<TaskAnswer> {
  const change = await makeChange(session, (bench, context) => planAdd(bench, input, context), options);
  return answerTask(session, change);
}

/** Plans the creation and gives the new id. */
export async function planAdd(bench: Workbench, input: AddInput, context: PlanContext): Promise<TaskId> {
  return (await planCreation(bench, input, context)).id;
}

/** A task that was asked for: a new one, or the one that the same key made before. */
export interface Creation {
  readonly id: TaskId;
  readonly isNew: boolean;
}

/** Plans the creation. `id`: chosen before, where other tasks name the new one; else it is made here. */
export async function planCreation(
  bench: Workbench,
  input: AddInput & { readonly id?: TaskId },
  context: PlanContext,
): Promise<Creation> {
  const list = input.list ?? context.list;
  const edit = await withGates(bench, editOf(bench, input, context), { gates: input.gates, list, context });
  const fields = editToFields(edit);
  const key = input.key === undefined ? undefined : normalizeKey(input.key);
  const id = input.id ?? (key === undefined ? bench.freshId() : keyedId(list, key));
  const identity = { id, list, created: toInstant(context.now) };
  const subject = normalizeLine(input.subject);
  if (subject === '')
    throw new TasksError('invalid', 'A task needs a subject', { hint: 'Say in a few words what to do' });
  const made = newTask(identity, { ...fields, subject, createdBy: context.author.actor });
  // What was created before is left as it is: whoever took its edges back since meant it.
  if (key !== undefined && !(await pushKeyed(bench, made, { key, input }))) return { id, isNew: false };
  if (key === undefined) await bench.push({ op: 'create', id, task: made });
  await pushBlocks(bench, id, input.blocks);
  return { id, isNew: true };
}
