/** `plan`: the open work in an order in which it can be done. */
import { urgency } from '../graph/order.ts';
import { isWork } from '../graph/readiness.ts';
import { topologicalOrder } from '../graph/walk.ts';
import { damagedFiles, DEFAULT_LIMIT } from './list.ts';
import { readinessFor } from './readiness-for.ts';
import type { Session } from './session.ts';
import { rowView, type TaskRow } from './task-view.ts';

export interface PlanInput {
  /** At most this many; 0: all. 50 when undefined. */
  readonly limit?: number | undefined;
}

/** The answer of `plan`. */
export interface PlanAnswer {
  readonly tasks: readonly TaskRow[];
  readonly total: number;
  readonly shown: number;
  readonly tip: string;
  readonly damaged: readonly { readonly path: string; readonly message: string }[];
  readonly shortIds: Readonly<Record<string, string>>;
}

/** The open tasks so that each comes after what it waits for; among those that are free, the most urgent first. */
export async function planTasks(session: Session, input: PlanInput = {}): Promise<PlanAnswer> {
  const snapshot = await session.read();
  const { table } = snapshot;
  const readiness = readinessFor(session, table);
  const open: number[] = [];
  for (let row = 0; row < table.size; row++) if (table.isOpen(row)) open.push(row);
  const order = topologicalOrder(table, open, urgency(table));
  // The whole graph is ordered, then cut to the list: work in another list may stand before this one's.
  const isMine = (row: number): boolean => session.onlyList === undefined || table.listOf(row) === session.onlyList;
  const mine = order.filter((row) => isWork(table, row) && isMine(row));
  const limit = input.limit ?? DEFAULT_LIMIT;
  const tasks = (limit === 0 ? mine : mine.slice(0, limit)).map((row) => rowView(readiness, row));
  const ids = tasks.flatMap((task) => [task.id, ...task.openBlockers]);
  return {
    tasks,
    total: mine.length,
    shown: tasks.length,
    tip: snapshot.tip,
    damaged: damagedFiles(snapshot),
    shortIds: Object.fromEntries([...new Set(ids)].map((id) => [id, snapshot.short(id)])),
  };
}
