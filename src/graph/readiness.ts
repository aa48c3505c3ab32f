/**
 * The one readiness rule: why a task cannot be started now.
 *
 * Every surface asks here (`ready`, `blocked`, `why`, `next`, `claim`, `done`), so no two of them can disagree.
 */
import { leaseState } from '../lease/lease.ts';
import { instantToMs } from '../task/instant.ts';
import { GATE } from '../task/gates.ts';
import type { Claim, Status, TaskId } from '../task/types.ts';
import { overlap } from './scope.ts';
import { FLAG, NONE, STATUS, type TaskTable } from './table.ts';
import { type Adjacency, childrenOf, neighbours } from './walk.ts';

/** One reason why a task is not ready. */
export type Reason =
  | { readonly kind: 'status'; readonly status: Status }
  /** It is no work: a gate, or something of a later version. Nobody starts it. */
  | { readonly kind: 'not-work'; readonly of: string }
  | { readonly kind: 'claimed'; readonly owner: string | undefined; readonly claim: Claim }
  | { readonly kind: 'deferred'; readonly until: string }
  | { readonly kind: 'blocker'; readonly id: TaskId; readonly status: Status | 'missing' }
  /** A blocker that is a gate, and closed. */
  | { readonly kind: 'gate'; readonly id: TaskId; readonly name: string }
  | { readonly kind: 'child'; readonly id: TaskId; readonly status: Status }
  /** It reviews a task that the asker completed. */
  | { readonly kind: 'own-work'; readonly id: TaskId; readonly actor: string }
  | { readonly kind: 'scope'; readonly id: TaskId; readonly mine: string; readonly theirs: string };

type ScopeReason = Extract<Reason, { readonly kind: 'scope' }>;

/** What readiness is judged against: computed once for a table and a moment. */
export interface Readiness {
  readonly table: TaskTable;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Who asks: a review of one's own work is not ready. Undefined: nobody in particular. */
  readonly actor: string | undefined;
  readonly children: Adjacency;
  /** Rows with a scope that are being worked on. */
  readonly runningScopes: readonly number[];
}

/** Prepares the judgement of a table at a moment, for an actor where one asks. */
export function readinessAt(table: TaskTable, now: number, actor?: string): Readiness {
  const runningScopes: number[] = [];
  const { flags } = table.columns;
  for (let row = 0; row < table.size; row++) {
    if (((flags[row] ?? 0) & FLAG.scope) !== 0 && isRunning(table, row, now)) runningScopes.push(row);
  }
  return { table, now, actor, children: childrenOf(table), runningScopes };
}

/** What can stand against a task beside its status and its dependencies. */
const HINDRANCES = FLAG.claim | FLAG.defer | FLAG.scope | FLAG.kind | FLAG.reviews;

/** Whether the task can be started now. */
export function isReady(readiness: Readiness, row: number): boolean {
  const { table } = readiness;
  // The columns alone decide about nearly all tasks.
  if (!table.has(row, HINDRANCES))
    return table.columns.status[row] === STATUS.pending && !hasDependency(readiness, row);
  if (!table.isOpen(row) || !isWork(table, row)) return false;
  if (statusReason(readiness, row) !== undefined || deferReason(readiness, row) !== undefined) return false;
  if (hasDependency(readiness, row) || ownWork(readiness, row).length > 0) return false;
  return scopeReasons(readiness, row).length === 0;
}

/** Whether the row is work that somebody can do: gates, and kinds that this version does not know, are not. */
export function isWork(table: TaskTable, row: number): boolean {
  return !table.has(row, FLAG.kind);
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
  const { table } = readiness;
  const others = table.isOpen(row)
    ? [
        notWorkReason(table, row),
        deferReason(readiness, row),
        ...completionReasons(readiness, row),
        ...scopeReasons(readiness, row),
      ]
    : [];
  return [status, ...others].filter((reason) => reason !== undefined);
}

/** All reasons why the asker cannot complete an open task: what it waits for, and that it reviews their own work. */
export function completionReasons(readiness: Readiness, row: number): Reason[] {
  return [...dependencies(readiness, row), ...ownWork(readiness, row)];
}

/** The unfinished work that the task waits for: open or missing blockers, open children. */
export function* dependencies(readiness: Readiness, row: number): Generator<Reason> {
  const { table, children } = readiness;
  for (const blocker of table.blockers(row)) {
    if (blocker < 0) yield { kind: 'blocker', id: table.id(blocker), status: 'missing' };
    else if (!isDone(table, blocker)) yield blockerReason(table, blocker);
  }
  for (const child of neighbours(children, row)) {
    if (table.isOpen(child)) yield { kind: 'child', id: table.id(child), status: table.status(child) };
  }
}

function blockerReason(table: TaskTable, row: number): Reason {
  const [id, status] = [table.id(row), table.status(row)];
  if (isClosedGate(table, row)) return { kind: 'gate', id, name: table.summary(row).subject };
  return { kind: 'blocker', id, status };
}

/** Whether the row is a gate that is neither open nor given up. */
export function isClosedGate(table: TaskTable, row: number): boolean {
  return table.has(row, FLAG.kind) && table.isOpen(row) && table.summary(row).kind === GATE;
}

/** Whether the row is a gate that has been opened. */
export function isOpenGate(table: TaskTable, row: number): boolean {
  return table.has(row, FLAG.kind) && table.status(row) === 'completed' && table.summary(row).kind === GATE;
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
    if (claim !== undefined && leaseState(claim, now, table.sightings) === 'live')
      return { kind: 'claimed', owner, claim };
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

function notWorkReason(table: TaskTable, row: number): Reason | undefined {
  return isWork(table, row) ? undefined : { kind: 'not-work', of: table.summary(row).kind ?? '' };
}

/** Nobody reviews what they completed themselves, in whichever session. */
function ownWork({ table, actor }: Readiness, row: number): Reason[] {
  if (actor === undefined || !table.has(row, FLAG.reviews)) return [];
  return (table.summary(row).reviews ?? []).flatMap((id): Reason[] => {
    const reviewed = table.rowOf(id);
    const isOwn = reviewed !== NONE && table.summary(reviewed).completedBy?.includes(actor) === true;
    return isOwn ? [{ kind: 'own-work', id, actor }] : [];
  });
}

/** The running tasks that may touch the files of this one. */
export function scopeReasons({ table, runningScopes }: Readiness, row: number): ScopeReason[] {
  if (runningScopes.length === 0 || !table.has(row, FLAG.scope)) return [];
  const mine = table.summary(row).scope ?? [];
  return runningScopes.flatMap((other): ScopeReason[] => {
    const pair = other === row ? undefined : overlap(mine, table.summary(other).scope ?? []);
    return pair === undefined ? [] : [{ kind: 'scope', id: table.id(other), mine: pair[0], theirs: pair[1] }];
  });
}

/** Whether somebody works on the task at a moment. One that was started without a lease counts until it ends. */
export function isRunning(table: TaskTable, row: number, now: number): boolean {
  if (table.columns.status[row] !== STATUS.in_progress) return false;
  if (!table.has(row, FLAG.claim)) return true;
  const { claim } = table.summary(row);
  return claim === undefined || leaseState(claim, now, table.sightings) === 'live';
}
