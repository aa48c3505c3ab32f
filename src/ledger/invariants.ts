/** What must be true of the ledger after any change, whoever made it and by whatever operations. */
import { TasksError } from '../errors.ts';
import { NONE, type TaskTable } from '../graph/table.ts';
import { findCycle } from '../graph/walk.ts';
import { FIELDS } from '../task/fields.ts';
import { reviewsAmong } from '../task/operations.ts';
import type { TaskId } from '../task/types.ts';
import { fieldProblems } from '../task/validate.ts';
import type { TaskChange } from './message.ts';
import { checkCancelled, checkStanding } from './standing.ts';

/** How a change is judged. */
export interface ResultContext {
  /** Abbreviates an id for a message. */
  readonly short: (id: TaskId) => string;
  /** The change restores a state that the ledger had, with the edges of then. */
  readonly isMend: boolean;
  /** Tasks that are taken over as another system has them: what it cancelled is cancelled, whoever waits for it. */
  readonly adopted: ReadonlySet<TaskId>;
  /** Why rules may be overridden in this change; undefined: they may not. */
  readonly override?: string | undefined;
  /** Milliseconds since 1970; undefined: what depends on the moment is not judged. */
  readonly now?: number | undefined;
  /** Collects the rules that were overridden, each as a phrase for the commit message. */
  readonly overridden?: string[];
}

/** Checks the changed tasks in the table that results. Throws `invalid`, `not-found`, `cycle` or `blocked`. */
export function checkResult(table: TaskTable, changes: readonly TaskChange[], context: ResultContext): void {
  const { short, isMend, adopted } = context;
  for (const change of changes) checkFields(change, short);
  if (isMend) return;
  for (const change of changes) checkTargets(table, change, short);
  checkCycles(table, changes, short);
  const own = changes.filter(({ after }) => !adopted.has(after.id));
  for (const change of own) checkReviews(change, short);
  checkCancelled(table, own, short);
  for (const change of own) checkStanding(table, change, context);
}

function checkFields({ before, after }: TaskChange, short: (id: TaskId) => string): void {
  for (const { name } of FIELDS) {
    if (after[name] === undefined || after[name] === before?.[name]) continue;
    const [problem] = fieldProblems(name, after[name]);
    if (problem !== undefined) {
      throw new TasksError('invalid', `${short(after.id)}: ${problem.path.join('.')} ${problem.message}`, {
        data: { id: after.id, field: name },
      });
    }
  }
}

function checkTargets(table: TaskTable, { before, after }: TaskChange, short: (id: TaskId) => string): void {
  const added = after.blockedBy.filter((id) => before?.blockedBy.includes(id) !== true);
  const parent = after.parent !== undefined && after.parent !== before?.parent ? [after.parent] : [];
  for (const id of [...added, ...parent]) {
    if (id === after.id) {
      throw new TasksError('cycle', `${short(id)} cannot wait for itself`, { data: { cycle: [id] } });
    }
    if (table.rowOf(id) === NONE) {
      throw new TasksError('not-found', `${short(after.id)} names ${id}, and no task has that id`, {
        hint: 'See the ids with: git tasks list --all',
        data: { id },
      });
    }
  }
}

function checkReviews({ before, after }: TaskChange, short: (id: TaskId) => string): void {
  if (after.reviews === before?.reviews && after.blockedBy === before.blockedBy) return;
  const known = new Set(reviewsAmong(after));
  const id = after.reviews.find((other) => !known.has(other) && before?.reviews.includes(other) !== true);
  if (id === undefined) return;
  throw new TasksError('invalid', `${short(after.id)} reviews ${short(id)} and does not wait for it`, {
    hint: `Who reviews a task waits for it: name it in blockedBy, too`,
    data: { id: after.id, field: 'reviews' },
  });
}

function checkCycles(table: TaskTable, changes: readonly TaskChange[], short: (id: TaskId) => string): void {
  const moved = changes.filter(({ before, after }) => {
    if (before === undefined) return after.blockedBy.length > 0 || after.parent !== undefined;
    return after.parent !== before.parent || after.blockedBy.some((id) => !before.blockedBy.includes(id));
  });
  if (moved.length === 0) return;
  // A new parent edge makes the parent wait for the child, so the search begins at the parents too.
  const ids = moved.flatMap(({ after }) => [after.id, ...(after.parent === undefined ? [] : [after.parent])]);
  const cycle = findCycle(
    table,
    ids.map((id) => table.rowOf(id)).filter((row) => row !== NONE),
  );
  if (cycle === undefined) return;
  const path = cycle.map((row) => table.id(row));
  const shown = [...path, path[0] ?? ''].map(short).join(' -> ');
  const isNew = changes.some(({ before, after }) => before === undefined && path.includes(after.id));
  const way = isNew
    ? 'Leave one of these edges out'
    : 'Drop one of these edges: git tasks set ID --unblock ID, or --parent none';
  throw new TasksError('cycle', `This would close a circle of tasks that wait for each other: ${shown}`, {
    hint: staleEdge(table, cycle, short) ?? way,
    data: { cycle: path },
  });
}

/** An edge of a task that is over says only what once was: it is the one to drop. */
function staleEdge(table: TaskTable, cycle: readonly number[], short: (id: TaskId) => string): string | undefined {
  for (const [i, waiting] of cycle.entries()) {
    const awaited = cycle[(i + 1) % cycle.length] ?? NONE;
    if (table.isOpen(waiting) || !table.blockers(waiting).includes(awaited)) continue;
    const [holder, target] = [short(table.id(waiting)), short(table.id(awaited))];
    return `${holder} is ${table.status(waiting)}, its edge is history. Drop it: git tasks set ${holder} --unblock ${target}`;
  }
  return undefined;
}
