/** What must be true of the ledger after any change, whoever made it and by whatever operations. */
import { TasksError } from '../errors.ts';
import { NONE, type TaskTable } from '../graph/table.ts';
import { childrenOf, findCycle, neighbours } from '../graph/walk.ts';
import { FIELDS } from '../task/fields.ts';
import type { TaskId } from '../task/types.ts';
import { fieldProblems } from '../task/validate.ts';
import type { TaskChange } from './message.ts';

/** How a change is judged. */
export interface ResultContext {
  /** Abbreviates an id for a message. */
  readonly short: (id: TaskId) => string;
  /** The change restores a state that the ledger had, with the edges of then. */
  readonly isMend: boolean;
  /** Tasks that are taken over as another system has them: what it cancelled is cancelled, whoever waits for it. */
  readonly adopted: ReadonlySet<TaskId>;
}

/** Checks the changed tasks in the table that results. Throws `invalid`, `not-found`, `cycle` or `blocked`. */
export function checkResult(table: TaskTable, changes: readonly TaskChange[], context: ResultContext): void {
  const { short, isMend, adopted } = context;
  for (const change of changes) checkFields(change, short);
  if (isMend) return;
  for (const change of changes) checkTargets(table, change, short);
  checkCycles(table, changes, short);
  checkCancelled(
    table,
    changes.filter(({ after }) => !adopted.has(after.id)),
    short,
  );
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
  throw new TasksError('cycle', `This would close a circle of tasks that wait for each other: ${shown}`, {
    hint: 'Drop one of these edges: git tasks set ID --unblock ID, or --parent none',
    data: { cycle: path },
  });
}

/** Whoever cancels a task says what becomes of those that wait for it: nothing stays blocked for ever by accident. */
function checkCancelled(table: TaskTable, changes: readonly TaskChange[], short: (id: TaskId) => string): void {
  const rows = changes
    .filter(
      ({ before, after }) => before !== undefined && before.status !== 'cancelled' && after.status === 'cancelled',
    )
    .map(({ after }) => table.rowOf(after.id));
  if (rows.length === 0) return;
  const cancelled = new Set(rows);
  const children = childrenOf(table);
  for (const row of cancelled) {
    const child = neighbours(children, row).find((other) => table.isOpen(other));
    if (child !== undefined) throw strandedError('is a part of', { table, row, other: child }, short);
  }
  for (let row = 0; row < table.size; row++) {
    const blocker = table.isOpen(row) ? table.blockers(row).find((other) => cancelled.has(other)) : undefined;
    if (blocker !== undefined) throw strandedError('waits for', { table, row: blocker, other: row }, short);
  }
}

interface Stranded {
  readonly table: TaskTable;
  readonly row: number;
  readonly other: number;
}

function strandedError(how: string, { table, row, other }: Stranded, short: (id: TaskId) => string): TasksError {
  const [id, waiting] = [table.id(row), table.id(other)];
  return new TasksError('blocked', `${short(waiting)} ${how} ${short(id)}, which would be ${table.status(row)}`, {
    hint: `git tasks cancel ${short(id)} --cascade cancels both; --unblock lets the others go on without it`,
    data: { id, waiting },
  });
}
