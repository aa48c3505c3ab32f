/** `stats`: how the plan stands. */
import { nextMove } from '../graph/deadlock.ts';
import {
  isBlocked,
  isClosedGate,
  isOpenGate,
  isReady,
  isWork,
  type Readiness,
  readinessAt,
} from '../graph/readiness.ts';
import { FLAG, type TaskTable } from '../graph/table.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { isOverdue, toInstant } from '../task/instant.ts';
import type { Instant, Status, TaskId } from '../task/types.ts';
import { readinessFor } from './readiness-for.ts';
import type { Session } from './session.ts';
import { type Standstill, standstillOf } from './standstill.ts';

/** The answer of `stats`. */
export interface StatsAnswer {
  readonly total: number;
  readonly byStatus: Readonly<Record<Status, number>>;
  readonly byList: Readonly<Record<string, number>>;
  readonly byPriority: readonly number[];
  readonly ready: number;
  readonly blocked: number;
  readonly conflicts: number;
  readonly damaged: number;
  readonly edges: number;
  /** Open tasks that should have been done by now. */
  readonly overdue: number;
  /** Gates are no tasks: they are in no other number. */
  readonly gates: { readonly open: number; readonly closed: number };
  /** Reviews that wait for somebody else, because the asker did the work; they are not in `ready`. */
  readonly ownReviews: number;
  /** Work remains, nothing is ready, and nobody is working: nothing will move by itself. */
  readonly stuck: boolean;
  /** Why it is stuck. */
  readonly standstill?: Standstill;
  /** Nothing is ready: when something moves by itself, if anything does. */
  readonly nextMove?: { readonly at: Instant; readonly id: TaskId; readonly kind: 'deferred' | 'lease' };
  readonly tip: string;
}

function* rowsOf(table: TaskTable, list: string | undefined): Generator<number> {
  for (let row = 0; row < table.size; row++) if (list === undefined || table.listOf(row) === list) yield row;
}

/** Counts the tasks. */
export async function countTasks(session: Session): Promise<StatsAnswer> {
  const snapshot = await session.read();
  const { table } = snapshot;
  const readiness = readinessFor(session, table);
  const byStatus: Record<Status, number> = { pending: 0, in_progress: 0, completed: 0, cancelled: 0 };
  const byList: Record<string, number> = {};
  const byPriority = [0, 0, 0, 0, 0];
  const counts = { total: 0, ready: 0, blocked: 0, conflicts: 0, edges: 0, overdue: 0 };
  for (const row of rowsOf(table, session.onlyList)) {
    if (!isWork(table, row)) continue;
    const list = table.listOf(row);
    const priority = table.columns.priority[row] ?? 2;
    byStatus[table.status(row)]++;
    byList[list] = (byList[list] ?? 0) + 1;
    if (table.isOpen(row)) byPriority[priority] = (byPriority[priority] ?? 0) + 1;
    counts.total++;
    counts.ready += Number(isReady(readiness, row));
    counts.blocked += Number(isBlocked(readiness, row));
    counts.conflicts += Number(table.has(row, FLAG.conflicts));
    counts.edges += table.blockers(row).length;
    counts.overdue += Number(isLate(readiness, row));
  }
  const ownReviews = countOwnReviews(readiness, session.onlyList);
  return {
    ...counts,
    byStatus,
    byList,
    byPriority,
    damaged: snapshot.damaged.length,
    gates: countGates(table, session.onlyList),
    ownReviews,
    ...(counts.ready > 0 ? { stuck: false } : restOf(snapshot, readiness, session.onlyList)),
    tip: snapshot.tip,
  };
}

/** What becomes of a plan in which nothing is ready. */
function restOf(
  snapshot: Snapshot,
  readiness: Readiness,
  list: string | undefined,
): Pick<StatsAnswer, 'stuck' | 'standstill' | 'nextMove'> {
  const standstill = standstillOf(snapshot, readiness, list);
  const move = nextMove(readiness, list);
  return {
    stuck: standstill !== undefined,
    ...(standstill !== undefined && { standstill }),
    ...(move !== undefined && { nextMove: { ...move, at: toInstant(move.at) } }),
  };
}

function isLate({ table, now }: Readiness, row: number): boolean {
  if (!table.has(row, FLAG.due) || !table.isOpen(row)) return false;
  const { due } = table.summary(row);
  return due !== undefined && isOverdue(due, now);
}

function countGates(table: TaskTable, list: string | undefined): StatsAnswer['gates'] {
  const gates = { open: 0, closed: 0 };
  for (const row of rowsOf(table, list)) {
    if (isClosedGate(table, row)) gates.closed++;
    else if (isOpenGate(table, row)) gates.open++;
  }
  return gates;
}

/** Reviews that would be ready if somebody else asked. */
function countOwnReviews(readiness: Readiness, list: string | undefined): number {
  const { table, now } = readiness;
  const anyone = readinessAt(table, now);
  let count = 0;
  for (const row of rowsOf(table, list)) {
    if (table.has(row, FLAG.reviews) && isReady(anyone, row) && !isReady(readiness, row)) count++;
  }
  return count;
}
