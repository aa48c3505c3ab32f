/**
 * The one readiness rule: why a task cannot be started now.
 *
 * Every surface asks here (`ready`, `blocked`, `why`, `next`, `claim`, `done`), so no two of them can disagree.
 */
import { leaseState } from '../lease/lease.ts';
import { instantToMs } from '../task/instant.ts';
import type { Claim, Status, TaskId } from '../task/types.ts';
import { overlap } from './scope.ts';
import { FLAG, NONE, STATUS, type TaskTable } from './table.ts';
import { type Adjacency, childrenOf, neighbours } from './walk.ts';

/** One reason why a task is not ready. */
export type Reason =
  | { readonly kind: 'status'; readonly status: Status }
  | { readonly kind: 'claimed'; readonly owner: string | undefined; readonly claim: Claim }
  | { readonly kind: 'deferred'; readonly until: string }
  | { readonly kind: 'blocker'; readonly id: TaskId; readonly status: Status | 'missing' }
  | { readonly kind: 'child'; readonly id: TaskId; readonly status: Status }
  | { readonly kind: 'scope'; readonly id: TaskId; readonly mine: string; readonly theirs: string };

/** What readiness is judged against: computed once for a table and a moment. */
export interface Readiness {
  readonly table: TaskTable;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly children: Adjacency;
  /** Rows with a scope that are being worked on. */
  readonly runningScopes: readonly number[];
}

/** Prepares the judgement of a table at a moment. */
export function readinessAt(table: TaskTable, now: number): Readiness {
  const runningScopes: number[] = [];
  const { flags } = table.columns;
  for (let row = 0; row < table.size; row++) {
    if (((flags[row] ?? 0) & FLAG.scope) !== 0 && isRunning(table, row, now)) runningScopes.push(row);
  }
  return { table, now, children: childrenOf(table), runningScopes };
}

/** What can stand against a task beside its status and its dependencies. */
const HINDRANCES = FLAG.claim | FLAG.defer | FLAG.scope;

/** Whether the task can be started now. */
export function isReady(readiness: Readiness, row: number): boolean {
  const { table } = readiness;
  // The columns alone decide about nearly all tasks.
  if (!table.has(row, HINDRANCES))
    return table.columns.status[row] === STATUS.pending && !hasDependency(readiness, row);
  if (!table.isOpen(row)) return false;
  if (statusReason(readiness, row) !== undefined || deferReason(readiness, row) !== undefined) return false;
  return !hasDependency(readiness, row) && scopeReasons(readiness, row).length === 0;
}

/**
 * All rows that `isReady` holds for, in their order.
 *
 * Most tasks are ruled out by one look at their columns. This loop does that and no more: it is the longest of most
 * commands, and it runs before V8 has compiled it.
 */
export function readyRows(readiness: Readiness): number[] {
  const { status, edges, edgeStart, edgeCount } = readiness.table.columns;
  const found: number[] = [];
  for (let row = 0; row < readiness.table.size; row++) {
    if ((status[row] ?? 0) >= STATUS.completed) continue;
    const end = (edgeStart[row] ?? 0) + (edgeCount[row] ?? 0);
    let e = edgeStart[row] ?? 0;
    while (e < end && status[edges[e] ?? NONE] === STATUS.completed) e++;
    if (e === end && isReady(readiness, row)) found.push(row);
  }
  return found;
}

/** Whether unfinished work (blockers or children) stands before an open task. */
export function isBlocked(readiness: Readiness, row: number): boolean {
  return readiness.table.isOpen(row) && hasDependency(readiness, row);
}

/** All reasons why the task cannot be started now; none when it is ready. */
export function reasonsAgainst(readiness: Readiness, row: number): Reason[] {
  const status = statusReason(readiness, row);
  const others = readiness.table.isOpen(row)
    ? [deferReason(readiness, row), ...dependencies(readiness, row), ...scopeReasons(readiness, row)]
    : [];
  return [status, ...others].filter((reason) => reason !== undefined);
}

/** The unfinished work that the task waits for: open or missing blockers, open children. */
export function* dependencies(readiness: Readiness, row: number): Generator<Reason> {
  const { table, children } = readiness;
  for (const blocker of table.blockers(row)) {
    if (blocker < 0) yield { kind: 'blocker', id: table.id(blocker), status: 'missing' };
    else if (!isDone(table, blocker)) yield { kind: 'blocker', id: table.id(blocker), status: table.status(blocker) };
  }
  for (const child of neighbours(children, row)) {
    if (table.isOpen(child)) yield { kind: 'child', id: table.id(child), status: table.status(child) };
  }
}

/** Whether there are `dependencies`. This is asked of every task in each command, so it makes no objects. */
function hasDependency({ table, children }: Readiness, row: number): boolean {
  const { edges, edgeStart, edgeCount } = table.columns;
  const start = edgeStart[row] ?? 0;
  const end = start + (edgeCount[row] ?? 0);
  for (let e = start; e < end; e++) if (!isDone(table, edges[e] ?? NONE)) return true;
  const lastChild = children.start[row + 1] ?? 0;
  for (let c = children.start[row] ?? 0; c < lastChild; c++) if (table.isOpen(children.rows[c] ?? NONE)) return true;
  return false;
}

/** A cancelled or missing blocker is not done: whoever cancelled it must say what becomes of those that wait. */
function isDone(table: TaskTable, blocker: number): boolean {
  return blocker >= 0 && table.columns.status[blocker] === STATUS.completed;
}

function statusReason({ table, now }: Readiness, row: number): Reason | undefined {
  const status = table.status(row);
  if (table.has(row, FLAG.claim)) {
    const { owner, claim } = table.summary(row);
    if (claim !== undefined && leaseState(claim, now) === 'live') return { kind: 'claimed', owner, claim };
    // The lease ran out: whoever held it is taken to be gone, and the task is up for the next.
    if (status === 'in_progress') return undefined;
  }
  return status === 'pending' ? undefined : { kind: 'status', status };
}

function deferReason({ table, now }: Readiness, row: number): Reason | undefined {
  if (!table.has(row, FLAG.defer)) return undefined;
  const { defer } = table.summary(row);
  return defer !== undefined && instantToMs(defer) > now ? { kind: 'deferred', until: defer } : undefined;
}

function scopeReasons({ table, runningScopes }: Readiness, row: number): Reason[] {
  if (runningScopes.length === 0 || !table.has(row, FLAG.scope)) return [];
  const mine = table.summary(row).scope ?? [];
  return runningScopes.flatMap((other): Reason[] => {
    const pair = other === row ? undefined : overlap(mine, table.summary(other).scope ?? []);
    return pair === undefined ? [] : [{ kind: 'scope', id: table.id(other), mine: pair[0], theirs: pair[1] }];
  });
}

function isRunning(table: TaskTable, row: number, now: number): boolean {
  if (table.columns.status[row] !== STATUS.in_progress) return false;
  if (!table.has(row, FLAG.claim)) return true;
  const { claim } = table.summary(row);
  return claim === undefined || leaseState(claim, now) === 'live';
}
