/**
 * Whether the plan stands still: work remains, nothing of it is ready, nobody is working, and no moment will change
 * that. Pure.
 *
 *     cancelled --> a --> b          a and b wait for ever: the cause is the cancelled task, and it holds up two
 *     gate      --> b
 *
 * Where nothing moves, every open task waits for another open one, or for something that is not done and never will be
 * by itself: a cancelled or a missing blocker, a closed gate. Those are the causes, and circles, which only hands make.
 */
import type { TaskId } from '../task/types.ts';
import { instantToMs } from '../task/instant.ts';
import { leaseState } from '../lease/lease.ts';
import { isClosedGate, isRunning, isWork, type Readiness, readyRows, scopeReasons } from './readiness.ts';
import { FLAG, NONE, type TaskTable } from './table.ts';
import { type Adjacency, neighbours, waitersOf } from './walk.ts';

/** Something that holds work up and does not end by itself. */
export type StopCause =
  | { readonly kind: 'cancelled'; readonly id: TaskId }
  /** No task has the id; `damaged`: there is a file of that name, and it cannot be read. */
  | { readonly kind: 'missing'; readonly id: TaskId; readonly damaged?: true }
  | { readonly kind: 'gate'; readonly id: TaskId; readonly name: string }
  /** Something of a kind that this version does not know. */
  | { readonly kind: 'not-work'; readonly id: TaskId; readonly of: string }
  /** Tasks that wait for each other. */
  | { readonly kind: 'cycle'; readonly id: TaskId; readonly ids: readonly TaskId[] };

/** A cause, with how many open tasks wait for it, directly or behind one another. */
export type HeldUp = StopCause & { readonly holdsUp: number };

/** A plan that stands still. */
export interface Deadlock {
  /** How many tasks are open; all of them wait. */
  readonly open: number;
  /** What they wait for in the end: the greatest first. */
  readonly causes: readonly HeldUp[];
}

/** What to look at. */
export interface DeadlockScope {
  /** Only the work of this list; what it waits for may be anywhere. */
  readonly list?: string | undefined;
  /** Ids whose files are there but cannot be read. */
  readonly damaged?: ReadonlySet<TaskId> | undefined;
}

/** The moment at which something moves by itself. */
export interface NextMove {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly id: TaskId;
  /** A deferral that ends, or a lease. */
  readonly kind: 'deferred' | 'lease';
}

/** The deadlock that the plan is in, or undefined: something is ready, running or only deferred, or nothing remains. */
export function findDeadlock(readiness: Readiness, scope: DeadlockScope = {}): Deadlock | undefined {
  // Own work is no standstill: the plan moves as soon as somebody else looks.
  const anyone: Readiness = { ...readiness, actor: undefined };
  const { table } = anyone;
  const open = workRows(table, scope.list);
  if (open.length === 0) return undefined;
  const movers = readyRows(anyone);
  if (movers.length > 0 && scope.list === undefined) return undefined;
  for (let row = 0; row < table.size; row++) if (table.isOpen(row) && movesLater(anyone, row)) movers.push(row);
  const waiters = waitersOf(table);
  const moving = reachedFrom(table, waiters, movers);
  if (open.some((row) => moving[row] === 1)) return undefined;
  return { open: open.length, causes: causesOf(anyone, { waiters, open, damaged: scope.damaged }) };
}

/** When the plan moves by itself: the first deferral or lease that ends. Undefined: never, or it can move now. */
export function nextMove(readiness: Readiness, list?: string): NextMove | undefined {
  const { table, now } = readiness;
  let first: NextMove | undefined;
  for (const row of workRows(table, list)) {
    const move = table.has(row, FLAG.claim | FLAG.defer) ? moveOf(readiness, row) : undefined;
    if (move !== undefined && move.at > now && (first === undefined || move.at < first.at)) first = move;
  }
  return first;
}

function moveOf({ table, now, children }: Readiness, row: number): NextMove | undefined {
  const { claim, defer } = table.summary(row);
  const id = table.id(row);
  if (leaseState(claim, now, table.sightings) === 'live') {
    return claim?.expires === undefined ? undefined : { at: instantToMs(claim.expires), id, kind: 'lease' };
  }
  if (defer === undefined || waitsForOthers({ table, children }, row)) return undefined;
  return { at: instantToMs(defer), id, kind: 'deferred' };
}

/** The open rows that are work. */
function workRows(table: TaskTable, list: string | undefined): number[] {
  const rows: number[] = [];
  for (let row = 0; row < table.size; row++) {
    if (table.isOpen(row) && isWork(table, row) && (list === undefined || table.listOf(row) === list)) rows.push(row);
  }
  return rows;
}

/** Whether an open row that is not ready will move without anybody's word: it is worked on, held off by work, or deferred. */
function movesLater(readiness: Readiness, row: number): boolean {
  const { table, now } = readiness;
  if (!isWork(table, row)) return false;
  if (isRunning(table, row, now)) return true;
  if (table.has(row, FLAG.claim) && leaseState(table.summary(row).claim, now, table.sightings) === 'live') return true;
  // Held off by a task that is being worked on, of another list perhaps, whose files it may touch.
  if (scopeReasons(readiness, row).length > 0 && !waitsForOthers(readiness, row)) return true;
  return table.has(row, FLAG.defer) && !waitsForOthers(readiness, row);
}

/** Whether unfinished work stands before a row: what it waits for, or its children. */
export function waitsForOthers({ table, children }: Pick<Readiness, 'table' | 'children'>, row: number): boolean {
  const isOver = (blocker: number): boolean => blocker >= 0 && table.status(blocker) === 'completed';
  return !table.blockers(row).every(isOver) || neighbours(children, row).some((child) => table.isOpen(child));
}

/** All open rows that wait for these, directly or behind one another; they themselves too. */
export function reachedFrom(table: TaskTable, waiters: Adjacency, from: readonly number[]): Uint8Array {
  const reached = new Uint8Array(table.size);
  const queue = [...from];
  for (const row of queue) reached[row] = 1;
  for (const row of queue) {
    for (const waiter of neighbours(waiters, row)) {
      if (reached[waiter] === 1 || !table.isOpen(waiter)) continue;
      reached[waiter] = 1;
      queue.push(waiter);
    }
  }
  return reached;
}

interface Search {
  readonly waiters: Adjacency;
  /** The rows that the deadlock is about. */
  readonly open: readonly number[];
  readonly damaged: ReadonlySet<TaskId> | undefined;
}

function causesOf(readiness: Readiness, search: Search): HeldUp[] {
  const { table } = readiness;
  const explained = new Uint8Array(table.size);
  const causes: HeldUp[] = [];
  const add = (cause: StopCause, rows: readonly number[]): void => {
    const reached = reachedFrom(table, search.waiters, rows);
    reached.forEach((mark, row) => {
      if (mark === 1) explained[row] = 1;
    });
    const holdsUp = search.open.filter((row) => reached[row] === 1).length;
    if (holdsUp > 0) causes.push({ ...cause, holdsUp });
  };
  for (const [target, rows] of rootsOf(readiness)) add(causeOf(table, target, search.damaged), rows);
  // What no cause explains waits for itself.
  for (const row of search.open) {
    if (explained[row] === 1) continue;
    const circle = circleBehind(readiness, row, explained);
    const ids = circle.map((member) => table.id(member));
    add({ kind: 'cycle', id: ids[0] ?? '', ids }, circle);
  }
  return causes.sort((a, b) => b.holdsUp - a.holdsUp || (a.id < b.id ? -1 : 1));
}

/** The circle that a row without another cause waits for, as the rows along it. */
function circleBehind(readiness: Readiness, row: number, explained: Uint8Array): number[] {
  const path = new Set<number>();
  let next: number | undefined = row;
  while (next !== undefined && !path.has(next)) {
    path.add(next);
    next = openDependencies(readiness, next).find((other) => explained[other] === 0);
  }
  const all = [...path];
  return next === undefined ? all : all.slice(all.indexOf(next));
}

function openDependencies({ table, children }: Readiness, row: number): number[] {
  return [...table.blockers(row), ...neighbours(children, row)].filter((other) => other >= 0 && table.isOpen(other));
}

/** What never ends by itself, with the open rows that wait for it: a blocker's row or the number of a missing one. */
function rootsOf(readiness: Readiness): Map<number, number[]> {
  const { table } = readiness;
  const roots = new Map<number, number[]>();
  for (let row = 0; row < table.size; row++) {
    if (!table.isOpen(row)) continue;
    for (const blocker of table.blockers(row)) if (isRoot(readiness, blocker)) addTo(roots, blocker, row);
    const parent = table.parent(row);
    if (!isWork(table, row) && parent >= 0 && isRoot(readiness, row)) addTo(roots, row, parent);
  }
  return roots;
}

function addTo(roots: Map<number, number[]>, root: number, row: number): void {
  const known = roots.get(root);
  if (known === undefined) roots.set(root, [row]);
  else known.push(row);
}

function isRoot(readiness: Readiness, blocker: number): boolean {
  const { table } = readiness;
  if (blocker < NONE || table.status(blocker) === 'cancelled') return true;
  return table.isOpen(blocker) && !isWork(table, blocker) && !waitsForOthers(readiness, blocker);
}

function causeOf(table: TaskTable, target: number, damaged: ReadonlySet<TaskId> | undefined): StopCause {
  const id = table.id(target);
  if (target < NONE) return { kind: 'missing', id, ...(damaged?.has(id) === true && { damaged: true as const }) };
  if (isClosedGate(table, target)) return { kind: 'gate', id, name: table.summary(target).subject };
  if (!table.isOpen(target)) return { kind: 'cancelled', id };
  return { kind: 'not-work', id, of: table.summary(target).kind ?? '' };
}
