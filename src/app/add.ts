/** `add`: creates a task. */
import { createHash } from 'node:crypto';
import { TasksError } from '../errors.ts';
import { idFromBytes } from '../task/ids.ts';
import { toInstant } from '../task/instant.ts';
import { newTask } from '../task/operations.ts';
import { normalizeLine } from '../task/text.ts';
import type { Task, TaskId } from '../task/types.ts';
import { answerTask, makeChange, type PlanContext, type TaskAnswer, type WriteOptions } from './change.ts';
import { editOf, editToFields, type FieldsInput, pushBlocks } from './fields-input.ts';
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
  const list = input.list ?? context.list;
  const fields = editToFields(editOf(bench, input, context));
  const key = input.key === undefined ? undefined : normalizeLine(input.key);
  if (key === '') throw new TasksError('usage', 'A key must not be empty');
  const id = key === undefined ? bench.freshId() : keyedId(list, key);
  const identity = { id, list, created: toInstant(context.now) };
  const subject = normalizeLine(input.subject);
  if (subject === '') throw new TasksError('invalid', 'A task needs a subject', { hint: 'git tasks add "What to do"' });
  const made = newTask(identity, { ...fields, subject, createdBy: context.author.actor });
  if (key === undefined) await bench.push({ op: 'create', id, task: made });
  else await pushKeyed(bench, made, key);
  await pushBlocks(bench, id, input.blocks);
  return id;
}

/** The id of a key: a hash of list and key, so that two machines that never met choose the same. */
export function keyedId(list: string, key: string): TaskId {
  return idFromBytes(createHash('sha256').update(`${list}\0${key}`).digest());
}

/** Creates the task, or accepts the one that the same key and content made before. */
async function pushKeyed(bench: Workbench, made: Task, key: string): Promise<void> {
  const content = fingerprint(made);
  const known = await bench.get(made.id);
  if (known === undefined) {
    // An entry with an `id` is an alias, so the key finds the task as well.
    const metadata = { ...made.metadata, key: { id: key, content } };
    return bench.push({ op: 'create', id: made.id, task: { ...made, metadata } });
  }
  const entry = known.metadata['key'] as { readonly id?: string; readonly content?: string } | undefined;
  if (entry?.id === key && entry.content === content) return undefined;
  throw new TasksError('exists', `The key ${JSON.stringify(key)} was used for ${known.id} with another content`, {
    hint: `Change that task with: git tasks set ${known.id}, or choose another key`,
    data: { id: known.id, key },
  });
}

function fingerprint(task: Task): string {
  const { id: _id, created: _created, createdBy: _by, ...content } = task;
  const entries = Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 16);
}
