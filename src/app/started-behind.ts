/** What was started or completed on the word of tasks that are open again. */
import { NONE, type TaskTable } from '../graph/table.ts';
import { blockedRowsOfRow } from '../graph/walk.ts';
import type { TaskId } from '../task/types.ts';

/** A task that stands behind an open one, and was begun all the same. */
export interface StartedTask {
  readonly id: TaskId;
  readonly subject: string;
  readonly status: 'in_progress' | 'completed';
  readonly owner?: string;
  /** What it waits for. */
  readonly waitsFor: TaskId;
}

/** The tasks that wait for one of these and are in progress or completed, in the order of the ids that they wait for. */
export function startedBehind(table: TaskTable, ids: readonly TaskId[]): StartedTask[] {
  return ids.flatMap((waitsFor) => {
    const row = table.rowOf(waitsFor);
    const waiting = row === NONE ? [] : blockedRowsOfRow(table, row);
    return waiting.flatMap((other): StartedTask[] => {
      const { id, subject, status, owner } = table.summary(other);
      if (status !== 'in_progress' && status !== 'completed') return [];
      return [{ id, subject, status, ...(owner !== undefined && { owner }), waitsFor }];
    });
  });
}
