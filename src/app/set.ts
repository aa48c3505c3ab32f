/** `set` and `note`: change what tasks say. */
import { TasksError } from '../errors.ts';
import { toInstant } from '../task/instant.ts';
import { normalizeText } from '../task/text.ts';
import type { Status, TaskId } from '../task/types.ts';
import { answerTasks, makeChange, type PlanContext, type TasksAnswer, type WriteOptions } from './change.ts';
import { editOf, type FieldsInput, pushBlocks, type RemovalsInput } from './fields-input.ts';
import { withGates } from './gate-edges.ts';
import { keyedNoteId } from './key.ts';
import { planCancel, planClaim, planDone, planRelease, planReopen } from './life.ts';
import type { ClaimKind } from './commit-claims.ts';
import type { Session } from './session.ts';
import type { Workbench } from './workbench.ts';

export interface SetInput extends FieldsInput, RemovalsInput {
  readonly ids: readonly string[];
  /** Obeys the rules of the verb that it stands for: `claim`, `done`, `cancel`, `release` or `reopen`. */
  readonly status?: Status | undefined;
}

/** Changes fields of tasks, all in one commit. */
export async function setTasks(session: Session, input: SetInput, options: WriteOptions = {}): Promise<TasksAnswer> {
  const plan = async (bench: Workbench, context: PlanContext): Promise<TaskId[]> => planSet(bench, input, context);
  return answerTasks(session, await makeChange(session, plan, { ...options, claims: claimKindOf(input.status) }));
}

/** What ends a task, in our words and in those of the native tools. */
const FINAL: ReadonlySet<string> = new Set(['completed', 'cancelled', 'deleted']);

/** What a change of the status may do about claims. */
export function claimKindOf(status: string | undefined): ClaimKind | undefined {
  if (status === undefined) return undefined;
  if (status === 'in_progress') return 'claim';
  return FINAL.has(status) ? 'finish' : 'tell';
}

/** Plans the change of fields and gives the ids. */
export async function planSet(bench: Workbench, input: SetInput, context: PlanContext): Promise<TaskId[]> {
  if (input.ids.length === 0) throw new TasksError('usage', 'No task named', { hint: 'git tasks set ID --priority 1' });
  const ids = [...new Set(input.ids.map((name) => bench.find(name)))];
  const edit = editOf(bench, input, context);
  const { gates, ungate } = input;
  for (const id of ids) {
    const { list } = await bench.task(id);
    await bench.push({ op: 'edit', id, edit: await withGates(bench, edit, { gates, ungate, list, context }) });
    await pushBlocks(bench, id, input.blocks);
    if (input.status !== undefined) await planStatus(bench, { id, status: input.status }, context);
  }
  return ids;
}

/** Plans the verb that leads to a status. Does nothing where the task has it already. */
export async function planStatus(
  bench: Workbench,
  { id, status }: { readonly id: TaskId; readonly status: Status },
  context: PlanContext,
): Promise<void> {
  const before = (await bench.task(id)).status;
  if (before === status) return;
  if (status === 'in_progress') await planClaim(bench, { ids: [id] }, context);
  else if (status === 'completed') await planDone(bench, { ids: [id] }, context);
  else if (status === 'cancelled') await planCancel(bench, { ids: [id] });
  else if (before === 'in_progress') await planRelease(bench, { ids: [id] });
  else await planReopen(bench, { ids: [id] });
}

export interface NoteInput {
  readonly id: string;
  readonly text: string;
  /** The same key never makes a second note of the task. */
  readonly key?: string | undefined;
}

/** Appends a note. Notes are welcome from anyone, whoever holds the task. */
export async function addNote(session: Session, input: NoteInput, options: WriteOptions = {}): Promise<TasksAnswer> {
  const plan = async (bench: Workbench, context: PlanContext): Promise<TaskId[]> => [
    await planNote(bench, input, context),
  ];
  return answerTasks(session, await makeChange(session, plan, options));
}

/** Plans the note and gives the task's id. */
export async function planNote(bench: Workbench, input: NoteInput, context: PlanContext): Promise<TaskId> {
  const text = normalizeText(input.text).trimEnd();
  if (text.trim() === '') throw new TasksError('invalid', 'A note needs a text', { hint: 'git tasks note ID "text"' });
  const id = bench.find(input.id);
  const { notes } = await bench.task(id);
  const noteId = input.key === undefined ? bench.freshId() : keyedNoteId(notes, { id, text, key: input.key });
  if (notes.some((note) => note.id === noteId)) return id;
  const note = { id: noteId, at: toInstant(context.now), by: context.author.actor, text };
  await bench.push({ op: 'note', id, note });
  return id;
}
