/** `show`: one task in full. */
import { NONE } from '../graph/table.ts';
import type { TaskId } from '../task/types.ts';
import type { Session } from './session.ts';
import { type TaskView, taskView } from './task-view.ts';

/** The answer of `show`. */
export interface ShowAnswer {
  readonly task: TaskView;
  readonly tip: string;
  /** Shortest prefix and subject of every task that this one names. */
  readonly related: Readonly<Record<TaskId, RelatedTask>>;
}

/** What to call another task. */
export interface RelatedTask {
  readonly short: string;
  readonly subject: string;
  readonly status: string;
}

/** Shows a task in full. */
export async function showTask(session: Session, name: string): Promise<ShowAnswer> {
  const snapshot = await session.read();
  const { table } = snapshot;
  const task = await taskView(session, snapshot, snapshot.find(name));
  const parent = task.parent === undefined ? [] : [task.parent];
  const ids = [task.id, ...task.blockedBy, ...task.blocks, ...task.children, ...parent];
  const related = ids.map((id): [TaskId, RelatedTask] => {
    const row = table.rowOf(id);
    if (row === NONE) return [id, { short: id, subject: '', status: 'missing' }];
    return [id, { short: snapshot.short(id), subject: table.summary(row).subject, status: table.status(row) }];
  });
  return { task, tip: snapshot.tip, related: Object.fromEntries(related) };
}
