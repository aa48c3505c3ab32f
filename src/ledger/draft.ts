/** Applies a plan to a state in memory: which tasks change, which files say so, and whether the rules allow it. */
import { TasksError } from '../errors.ts';
import type { Holder } from '../lease/lease.ts';
import { sameJson } from '../task/changes.ts';
import type { Unmet } from '../task/completion.ts';
import { applyOperation, type Operation } from '../task/operations.ts';
import { summaryOf, type TaskSummary } from '../task/summary.ts';
import type { Task, TaskId } from '../task/types.ts';
import { encodeTask, patchTask } from '../yaml/codec.ts';
import type { LedgerIndex } from './index/ledger-index.ts';
import { checkResult } from './invariants.ts';
import { taskPath } from './layout.ts';
import type { TaskChange } from './message.ts';
import { assertMet, checkOperation } from './rules.ts';
import type { Snapshot, TaskFile } from './snapshot.ts';
import type { Plan } from './transact.ts';

/** Files as earlier changes of the same series left them: they are not in the object store yet. */
export type DraftState = Map<TaskId, TaskFile>;

/** The state before the first change of a series. */
export function newDraftState(): DraftState {
  return new Map();
}

export interface DraftInput {
  readonly snapshot: Snapshot;
  readonly index: LedgerIndex;
  readonly plan: Plan;
  readonly holder: Holder;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A file to be written. */
export interface DraftFile {
  readonly path: string;
  readonly text: string;
  readonly summary: TaskSummary;
}

export interface Draft {
  readonly changes: readonly TaskChange[];
  readonly files: readonly DraftFile[];
  /** Paths that a task has left (it moved to another list). */
  readonly removedPaths: readonly string[];
  /** Ids that the operations named, in order. */
  readonly named: ReadonlySet<TaskId>;
  /** The named tasks as they are after the change. */
  readonly tasks: ReadonlyMap<TaskId, Task>;
  /** The tasks whose files are to be written. */
  readonly written: ReadonlyMap<TaskId, TaskFile>;
  readonly overridden: readonly string[];
  /** Tasks whose lease had ended by this clone's clock alone. */
  readonly ended: ReadonlySet<TaskId>;
}

/** Judges and applies a plan. The index's table is moved along, so a failed draft spoils the index: open it anew. */
export async function draftChange(input: DraftInput, state: DraftState): Promise<Draft> {
  const { snapshot, index, plan } = input;
  const work: Work = { originals: new Map(), tasks: new Map(), texts: new Map() };
  const { originals, tasks, texts } = work;
  const overridden: string[] = [];
  const created = plan.operations.filter(({ op }) => MAKES_TASKS.has(op)).map(({ id }) => id);
  // Within a series the snapshot looks at the very index that this moves on, so it is asked before that.
  const unstored = new Set(created.filter((id) => !snapshot.has(id)));
  const short = (id: TaskId): string => (snapshot.has(id) && !unstored.has(id) ? snapshot.short(id) : id);
  const unmet: Unmet[] = [];
  const ended = new Set<TaskId>();
  const rules = { ...input, overridden, short, unmet, ended, override: plan.force === true ? plan.reason : undefined };
  for (const id of unstored) originals.set(id, undefined);
  index.table.reserve(created);
  for (const operation of plan.operations) {
    const { id } = operation;
    if (!originals.has(id)) originals.set(id, await originalOf(input, state, id));
    const before = tasks.get(id) ?? originals.get(id)?.task;
    checkExistence(before, operation);
    checkOperation(index.table, { before, operation }, rules);
    index.table.upsertAll([summaryOf(apply(work, before, operation))]);
  }
  const changes = changesOf(work);
  const adopted = new Set(plan.operations.filter(({ op }) => op === 'adopt').map(({ id }) => id));
  const { override } = rules;
  const { now } = input;
  checkResult(index.table, changes, { short, isMend: plan.mends === true, adopted, override, overridden, now });
  assertMet(unmet, short);
  const files = changes.map(({ after }) => fileOf(originals.get(after.id), after, texts.get(after.id)));
  const written = new Map(changes.map(({ after }, i) => [after.id, { task: after, text: files[i]?.text ?? '' }]));
  for (const [id, file] of written) state.set(id, file);
  const named = new Set(originals.keys());
  return { changes, files, removedPaths: leftPaths(changes), named, tasks, written, overridden, ended };
}

/** The tasks of one plan: as they were, as they are, and the texts that a person wrote for them. */
interface Work {
  readonly originals: Map<TaskId, TaskFile | undefined>;
  readonly tasks: Map<TaskId, Task>;
  readonly texts: Map<TaskId, string>;
}

function apply({ tasks, texts }: Work, before: Task | undefined, operation: Operation): Task {
  const after = applyOperation(before, operation);
  tasks.set(operation.id, after);
  if (operation.op === 'replace') texts.set(operation.id, operation.text);
  else texts.delete(operation.id);
  return after;
}

const MAKES_TASKS: ReadonlySet<Operation['op']> = new Set(['create', 'adopt']);

function checkExistence(before: Task | undefined, { id, op }: Operation): void {
  if (before === undefined && !MAKES_TASKS.has(op)) throw unknownTask(id);
  if (before !== undefined && op === 'create') throw existingTask(id);
}

async function originalOf({ snapshot }: DraftInput, state: DraftState, id: TaskId): Promise<TaskFile | undefined> {
  return state.get(id) ?? (snapshot.has(id) ? await snapshot.file(id) : undefined);
}

function changesOf({ originals, tasks, texts }: Work): TaskChange[] {
  return [...tasks].flatMap(([id, after]) => {
    const original = originals.get(id);
    const sameText = (texts.get(id) ?? original?.text) === original?.text;
    return original !== undefined && sameText && sameJson(original.task, after)
      ? []
      : [{ before: original?.task, after }];
  });
}

function fileOf(original: TaskFile | undefined, after: Task, written: string | undefined): DraftFile {
  const text = written ?? (original === undefined ? encodeTask(after) : patchTask(original.text, original.task, after));
  return { path: taskPath(after), text, summary: summaryOf(after) };
}

function leftPaths(changes: readonly TaskChange[]): string[] {
  return changes.flatMap(({ before, after }) =>
    before !== undefined && before.list !== after.list ? [taskPath(before)] : [],
  );
}

function unknownTask(id: TaskId): TasksError {
  return new TasksError('not-found', `No task ${id}`, { hint: 'See the ids with: git tasks list --all', data: { id } });
}

function existingTask(id: TaskId): TasksError {
  return new TasksError('exists', `There is a task ${id} already`, { data: { id } });
}
