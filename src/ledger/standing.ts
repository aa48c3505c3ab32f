/** What a change may not leave behind: tasks that wait for what will not come, and finished work with open work in it. */
import { TasksError } from '../errors.ts';
import { isRunning, readinessAt, scopeReasons } from '../graph/readiness.ts';
import { NONE, type TaskTable } from '../graph/table.ts';
import { blockedRowsOf, childrenOf, neighbours } from '../graph/walk.ts';
import { leaseState } from '../lease/lease.ts';
import type { Task, TaskId } from '../task/types.ts';
import type { TaskChange } from './message.ts';

/** How many tasks a refusal names; the rest is a number. */
const MAX_NAMED = 10;

/** How a change is judged; see `ResultContext`. */
export interface StandingContext {
  readonly short: (id: TaskId) => string;
  readonly override?: string | undefined;
  readonly overridden?: string[];
  /** Milliseconds since 1970; undefined: what depends on the moment is not judged. */
  readonly now?: number | undefined;
}

/** Something that a change would leave behind. */
interface Violation {
  readonly phrase: string;
  readonly hint: string;
  readonly other: TaskId;
}

/**
 * Judges what one change adds: an open part of a parent that is over, an edge to a cancelled task, an open blocker of a
 * completed task, files that another running task works on. Only what is new is judged, so that a ledger which a merge left so can still be changed. Throws
 * `blocked`.
 */
export function checkStanding(table: TaskTable, change: TaskChange, context: StandingContext): void {
  for (const violation of [...violationsOf(table, change, context.short), ...clashesOf(table, change, context)]) {
    if (context.override === undefined) {
      throw new TasksError('blocked', violation.phrase, {
        hint: `${violation.hint}. Override with: --force --reason TEXT`,
        data: { id: change.after.id, waiting: [violation.other] },
      });
    }
    context.overridden?.push(violation.phrase);
  }
}

function violationsOf(table: TaskTable, { before, after }: TaskChange, short: (id: TaskId) => string): Violation[] {
  const name = short(after.id);
  const added = after.blockedBy.filter((id) => before?.blockedBy.includes(id) !== true);
  const rows = added.map((id) => table.rowOf(id)).filter((row) => row !== NONE);
  if (after.status === 'completed') {
    return rows.flatMap((row) => (table.isOpen(row) ? [waitingAfterAll(table.id(row), { name, short })] : []));
  }
  if (!isOpen(after)) return [];
  const parent = partOfClosed(table, { before, after });
  const cancelled = rows.filter((row) => table.status(row) === 'cancelled');
  return [
    ...(parent === undefined ? [] : [openPart(parent, { name, short, isNew: before === undefined })]),
    ...cancelled.map((row) => waitsForCancelled(table.id(row), { name, short })),
  ];
}

/** A running task may not reach for the files of another: by a wider scope, or by coming back after its lease. */
function clashesOf(table: TaskTable, { before, after }: TaskChange, { short, now }: StandingContext): Violation[] {
  if (now === undefined || before === undefined || after.status !== 'in_progress' || after.scope.length === 0)
    return [];
  // A claim is judged where it is made.
  if (before.status !== 'in_progress' || before.claim?.term !== after.claim?.term) return [];
  const isWider = after.scope.some((glob) => !before.scope.includes(glob));
  const row = table.rowOf(after.id);
  if (!isWider && leaseState(before.claim, now, table.sightings) !== 'expired') return [];
  if (!isRunning(table, row, now)) return [];
  return scopeReasons(readinessAt(table, now), row).map(({ id, mine, theirs }) => ({
    phrase: `${short(after.id)} would touch ${mine} while ${short(id)} works on ${theirs}`,
    hint: `Wait for ${short(id)}`,
    other: id,
  }));
}

interface Names {
  readonly name: string;
  readonly short: (id: TaskId) => string;
}

function waitingAfterAll(other: TaskId, { name, short }: Names): Violation {
  const phrase = `${name} is completed and would wait for ${short(other)}, which is open`;
  return { phrase, hint: `Open it again first: git tasks reopen ${name}`, other };
}

function waitsForCancelled(other: TaskId, { name, short }: Names): Violation {
  const phrase = `${name} would wait for ${short(other)}, which is cancelled, for ever`;
  return { phrase, hint: `Wait for another task, or first: git tasks reopen ${short(other)}`, other };
}

function openPart(parent: Parent, { name, short, isNew }: Names & { readonly isNew: boolean }): Violation {
  const above = short(parent.id);
  const phrase = `${name} would be an open part of ${above}, which is ${parent.status}`;
  const first = `git tasks reopen ${above}`;
  return {
    phrase,
    hint: isNew ? `First: ${first}` : `Open both: git tasks reopen ${name} --parents`,
    other: parent.id,
  };
}

interface Parent {
  readonly id: TaskId;
  readonly status: string;
}

/** The parent that is over, where the change has made or opened a part of it. */
function partOfClosed(table: TaskTable, { before, after }: TaskChange): Parent | undefined {
  if (after.parent === undefined) return undefined;
  if (before !== undefined && before.parent === after.parent && isOpen(before)) return undefined;
  const row = table.rowOf(after.parent);
  return row === NONE || table.isOpen(row) ? undefined : { id: after.parent, status: table.status(row) };
}

function isOpen({ status }: Task): boolean {
  return status === 'pending' || status === 'in_progress';
}

/** Whoever cancels a task says what becomes of those that wait for it: nothing stays blocked for ever by accident. */
export function checkCancelled(table: TaskTable, changes: readonly TaskChange[], short: (id: TaskId) => string): void {
  const rows = changes
    .filter(
      ({ before, after }) => before !== undefined && before.status !== 'cancelled' && after.status === 'cancelled',
    )
    .map(({ after }) => table.rowOf(after.id));
  if (rows.length === 0) return;
  const blocks = blockedRowsOf(table);
  const children = childrenOf(table);
  const openOf = (row: number, of: typeof blocks): number[] =>
    [...neighbours(of, row)].filter((other) => table.isOpen(other));
  for (const row of rows) {
    const stranded = { parts: openOf(row, children), waiting: openOf(row, blocks) };
    if (stranded.parts.length + stranded.waiting.length > 0) throw strandedError(table, { row, ...stranded }, short);
  }
}

interface Stranded {
  readonly row: number;
  readonly parts: readonly number[];
  readonly waiting: readonly number[];
}

function strandedError(table: TaskTable, stranded: Stranded, short: (id: TaskId) => string): TasksError {
  const { row, parts, waiting } = stranded;
  const name = short(table.id(row));
  const named = (rows: readonly number[]): string => {
    const ids = rows.slice(0, MAX_NAMED).map((other) => short(table.id(other)));
    return `${ids.join(', ')}${rows.length > MAX_NAMED ? ` and ${rows.length - MAX_NAMED} more` : ''}`;
  };
  const phrases = [
    ...(waiting.length > 0 ? [`${named(waiting)} ${waiting.length > 1 ? 'wait' : 'waits'} for ${name}`] : []),
    ...(parts.length > 0
      ? [`${named(parts)} ${parts.length > 1 ? 'are open parts' : 'is an open part'} of ${name}`]
      : []),
  ];
  return new TasksError('blocked', `${phrases.join(', and ')}, which would be ${table.status(row)}`, {
    hint: hintFor(name, stranded),
    data: {
      id: table.id(row),
      waiting: waiting.map((other) => table.id(other)),
      parts: parts.map((other) => table.id(other)),
    },
  });
}

/** The ways out. Parts cannot go on without their whole, so `--unblock` does not help them. */
function hintFor(name: string, { parts }: Stranded): string {
  const cascade = `git tasks cancel ${name} --cascade cancels them, too`;
  return parts.length > 0
    ? `${cascade}; or give the parts another parent: git tasks set ID --parent none`
    : `${cascade}; --unblock lets them go on without it`;
}
