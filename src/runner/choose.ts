/** What a run can do next, how the graph stands for it, and whether there is anything to wait for. Pure. */
import { mayMoveBy } from '../graph/movers.ts';
import { urgency } from '../graph/order.ts';
import { isBlocked, isReady, isWork, type Readiness, readyRows } from '../graph/readiness.ts';
import type { TaskId } from '../task/types.ts';
import type { RunCounts } from './run-event.ts';

/** Which tasks a run is about. */
export interface Selection {
  readonly labels: readonly string[] | undefined;
  /** All lists when undefined. */
  readonly list: string | undefined;
}

/** Whether a run is about a row. */
function isSelected({ table }: Readiness, row: number, { labels = [], list }: Selection): boolean {
  if (!isWork(table, row) || (list !== undefined && table.listOf(row) !== list)) return false;
  return labels.every((label) => table.summary(row).labels?.includes(label) === true);
}

/** The most urgent task that one of these actors can start, with the actor; undefined when there is none. */
export function bestTask(
  readiness: Readiness,
  {
    selection,
    actors,
    isOut,
  }: {
    readonly selection: Selection;
    readonly actors: readonly string[];
    /** What the run does not want, now or at all. */
    readonly isOut: (id: TaskId) => boolean;
  },
): { readonly id: TaskId; readonly actor: string } | undefined {
  const { table } = readiness;
  const compare = urgency(table);
  let best: { readonly row: number; readonly actor: string } | undefined;
  for (const row of readyRows(readiness)) {
    if (best !== undefined && compare(row, best.row) >= 0) continue;
    if (!isSelected(readiness, row, selection) || isOut(table.id(row))) continue;
    const actor = actors.find((name) => isReady({ ...readiness, actor: name }, row));
    if (actor !== undefined) best = { row, actor };
  }
  return best && { id: table.id(best.row), actor: best.actor };
}

/** How the selected tasks stand. */
export function countSelected(
  readiness: Readiness,
  selection: Selection,
): Pick<RunCounts, 'open' | 'ready' | 'blocked'> {
  const { table } = readiness;
  const counts = { open: 0, ready: 0, blocked: 0 };
  for (let row = 0; row < table.size; row++) {
    if (!table.isOpen(row) || !isSelected(readiness, row, selection)) continue;
    counts.open++;
    if (isReady(readiness, row)) counts.ready++;
    else if (isBlocked(readiness, row)) counts.blocked++;
  }
  return counts;
}

/** Whether time or the work of others may bring the run something to do. */
export function isWorthWaiting(readiness: Readiness, selection: Selection, isOut: (id: TaskId) => boolean): boolean {
  const { table } = readiness;
  return mayMoveBy(readiness, (row) => isSelected(readiness, row, selection) && !isOut(table.id(row)));
}
