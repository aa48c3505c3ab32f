/** `list`, `ready` and `blocked`: which tasks there are. One function selects, one rule says what is ready. */
import { TasksError } from '../errors.ts';
import { type Compare, urgency } from '../graph/order.ts';
import { isBlocked, isWork, type Readiness, readyRows } from '../graph/readiness.ts';
import { NONE, type TaskTable } from '../graph/table.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { Status, TaskId } from '../task/types.ts';
import { readinessFor } from './readiness-for.ts';
import type { Session } from './session.ts';
import { rowView, type TaskRow } from './task-view.ts';

/** The orders that a list can have. */
export type ListSort = 'urgency' | 'created' | 'priority' | 'id' | 'subject' | 'due';

/** Which tasks to list. Several conditions must all hold; several values of one condition are alternatives. */
export interface ListInput {
  /** `open` (the default of `list`): not completed and not cancelled. */
  readonly select?: 'open' | 'ready' | 'blocked' | 'all' | undefined;
  readonly status?: readonly Status[] | undefined;
  readonly owner?: string | undefined;
  readonly labels?: readonly string[] | undefined;
  /** Children of this task. */
  readonly parent?: string | undefined;
  /** Tasks that are neither listed nor counted. */
  readonly without?: ReadonlySet<TaskId> | undefined;
  /** At most this many; 0: all. 50 when undefined. */
  readonly limit?: number | undefined;
  readonly sort?: ListSort | undefined;
}

/** A list with the truth about its length. */
export interface ListAnswer {
  readonly tasks: readonly TaskRow[];
  /** How many there are, and how many of them are in `tasks`. */
  readonly total: number;
  readonly shown: number;
  readonly tip: string;
  /** Files of the ledger that could not be read: their tasks are in no list. */
  readonly damaged: readonly { readonly path: string; readonly message: string }[];
  /** The shortest safe prefix of every id in the answer. */
  readonly shortIds: Readonly<Record<string, string>>;
}

/** The files that no list can show, each with its first problem. */
export function damagedFiles({ damaged }: Snapshot): { readonly path: string; readonly message: string }[] {
  return damaged.map(({ path, problems }) => ({ path, message: problems[0]?.message ?? 'cannot be read' }));
}

/** How many tasks a list shows when nobody says otherwise. */
export const DEFAULT_LIMIT = 50;

/** Lists tasks. */
export async function listTasks(session: Session, input: ListInput = {}): Promise<ListAnswer> {
  const snapshot = await session.read();
  const { table } = snapshot;
  const readiness = readinessFor(session, table);
  const parent = input.parent === undefined ? undefined : table.rowOf(snapshot.find(input.parent));
  let rows = input.select === 'ready' ? readyRows(readiness) : Array.from({ length: table.size }, (_, row) => row);
  for (const test of testsOf(readiness, input, { parent, list: session.onlyList })) rows = rows.filter(test);
  const limit = input.limit ?? DEFAULT_LIMIT;
  const first = firstRows(rows, limit === 0 ? rows.length : limit, compareBy(table, input.sort ?? 'urgency'));
  const tasks = first.map((row) => rowView(readiness, row));
  return {
    tasks,
    total: rows.length,
    shown: tasks.length,
    tip: snapshot.tip,
    damaged: damagedFiles(snapshot),
    // Only people read these, so they are looked up when they are asked for.
    get shortIds() {
      const named = tasks.flatMap(({ id, blockedBy, parent: above }) => [id, ...blockedBy, ...(above ? [above] : [])]);
      return Object.fromEntries([...new Set(named)].map((id) => [id, snapshot.short(id)]));
    },
  };
}

/** The first rows of an order, sorted: most of a long list is never shown, so most of it is compared only once. */
function firstRows(rows: readonly number[], limit: number, compare: Compare): number[] {
  if (rows.length <= limit) return rows.toSorted(compare);
  // Sorted whenever it has grown to twice the limit: what was cut off then can never come back.
  let first = rows.slice(0, limit).sort(compare);
  let added = 0;
  for (let i = limit; i < rows.length; i++) {
    const row = rows[i] ?? NONE;
    if (compare(row, first[limit - 1] ?? NONE) > 0) continue;
    first.push(row);
    if (++added < limit) continue;
    first = first.sort(compare).slice(0, limit);
    added = 0;
  }
  return first.sort(compare).slice(0, limit);
}

interface Scope {
  readonly parent: number | undefined;
  readonly list: string | undefined;
}

/** What a row must pass: cheap tests on columns first; what needs the summary comes last. */
function testsOf(readiness: Readiness, input: ListInput, { parent, list }: Scope): ((row: number) => boolean)[] {
  const { table } = readiness;
  const select = input.select ?? (input.status === undefined ? 'open' : 'all');
  const without = rowsOf(table, input.without);
  // Gates are no tasks; they have a list of their own.
  const tests: ((row: number) => boolean)[] = [(row) => isWork(table, row) && !without.has(row)];
  if (list !== undefined) tests.push((row) => table.listOf(row) === list);
  if (select === 'open' || select === 'blocked') tests.push((row) => table.isOpen(row));
  if (input.status !== undefined) {
    const wanted = new Set(input.status);
    tests.push((row) => wanted.has(table.status(row)));
  }
  if (parent !== undefined) tests.push((row) => parent !== NONE && table.parent(row) === parent);
  if (select === 'blocked') tests.push((row) => isBlocked(readiness, row));
  if (input.owner !== undefined) tests.push((row) => table.summary(row).owner === input.owner);
  for (const label of input.labels ?? []) tests.push((row) => table.summary(row).labels?.includes(label) === true);
  return tests;
}

function rowsOf(table: TaskTable, ids: Iterable<TaskId> = []): ReadonlySet<number> {
  return new Set(Array.from(ids, (id) => table.rowOf(id)));
}

function compareBy(table: TaskTable, sort: ListSort): Compare {
  const { created, priority } = table.columns;
  const byId: Compare = (a, b) => (table.id(a) < table.id(b) ? -1 : 1);
  const byText = (text: (row: number) => string): Compare => {
    return (a, b) => (text(a) === text(b) ? byId(a, b) : text(a) < text(b) ? -1 : 1);
  };
  switch (sort) {
    case 'urgency':
      return urgency(table);
    case 'created':
      return (a, b) => (created[a] ?? 0) - (created[b] ?? 0) || byId(a, b);
    case 'priority':
      return (a, b) => (priority[a] ?? 0) - (priority[b] ?? 0) || byId(a, b);
    case 'id':
      return byId;
    case 'subject':
      return byText((row) => table.summary(row).subject);
    case 'due':
      return byText((row) => table.summary(row).due ?? '9999');
    default:
      throw new TasksError('usage', `There is no order ${JSON.stringify(sort)}`);
  }
}
