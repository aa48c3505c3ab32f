/** `show` and `why`: one task in full, and why it is not ready. */
import { type Reason, readinessAt, reasonsAgainst } from '../graph/readiness.ts';
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

/** A task and the reasons why it cannot be started, with what stands behind each. */
export interface WhyNode {
  readonly id: TaskId;
  readonly short: string;
  readonly subject: string;
  readonly status: string;
  readonly ready: boolean;
  readonly reasons: readonly (Reason & { readonly because?: WhyNode })[];
  /** This task was explained further up. */
  readonly seen?: true;
}

/** The answer of `why`. */
export interface WhyAnswer {
  readonly why: WhyNode;
  readonly tip: string;
}

/** Explains a task as a tree: each open blocker and child with its own reasons below it. */
export async function explainTask(session: Session, name: string): Promise<WhyAnswer> {
  const snapshot = await session.read();
  const { table } = snapshot;
  const readiness = readinessAt(table, session.world.now());
  const seen = new Set<TaskId>();
  const explain = (id: TaskId): WhyNode => {
    const row = table.rowOf(id);
    const { subject } = table.summary(row);
    const status = table.status(row);
    const reasons = reasonsAgainst(readiness, row);
    const node = { id, short: snapshot.short(id), subject, status, ready: reasons.length === 0 };
    if (seen.has(id)) return { ...node, reasons: [], seen: true };
    seen.add(id);
    return { ...node, reasons: reasons.map((reason) => withCause(reason)) };
  };
  const withCause = (reason: Reason): Reason & { because?: WhyNode } => {
    const leads = reason.kind === 'blocker' || reason.kind === 'child';
    return leads && table.rowOf(reason.id) !== NONE ? { ...reason, because: explain(reason.id) } : reason;
  };
  return { why: explain(snapshot.find(name)), tip: snapshot.tip };
}
