/** `stats`: how the plan stands. */
import { isBlocked, isReady, readinessAt } from '../graph/readiness.ts';
import { FLAG, type TaskTable } from '../graph/table.ts';
import type { Status } from '../task/types.ts';
import type { Session } from './session.ts';

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
  /** Work remains, nothing is ready, and nobody is working: nothing will move by itself. */
  readonly stuck: boolean;
  readonly tip: string;
}

function* rowsOf(table: TaskTable, list: string | undefined): Generator<number> {
  for (let row = 0; row < table.size; row++) if (list === undefined || table.listOf(row) === list) yield row;
}

/** Counts the tasks. */
export async function countTasks(session: Session): Promise<StatsAnswer> {
  const snapshot = await session.read();
  const { table } = snapshot;
  const readiness = readinessAt(table, session.world.now());
  const byStatus: Record<Status, number> = { pending: 0, in_progress: 0, completed: 0, cancelled: 0 };
  const byList: Record<string, number> = {};
  const byPriority = [0, 0, 0, 0, 0];
  const counts = { total: 0, ready: 0, blocked: 0, conflicts: 0, edges: 0 };
  for (const row of rowsOf(table, session.onlyList)) {
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
  }
  const stuck = counts.ready === 0 && byStatus.in_progress === 0 && byStatus.pending > 0;
  return { ...counts, byStatus, byList, byPriority, damaged: snapshot.damaged.length, stuck, tip: snapshot.tip };
}
