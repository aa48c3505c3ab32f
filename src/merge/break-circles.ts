/**
 * Two innocent edits can close a circle that neither side had: `a` waits for `b` here, `b` for `a` there. One edge of it is
 * dropped, the same one in every clone, and kept as a conflict of the task that held it. Pure.
 */
import { NONE, type TaskTable } from '../graph/table.ts';
import { findCycle } from '../graph/walk.ts';
import type { Conflict, JsonValue, Task, TaskId } from '../task/types.ts';
import { conflictOf } from './decision.ts';
import { mergeRecords } from './sets.ts';

/** An edge as the task that holds it says it: `blockedBy` names who it waits for, `parent` who waits for it. */
export interface HeldEdge {
  readonly holder: TaskId;
  readonly target: TaskId;
  readonly kind: 'blockedBy' | 'parent';
}

/**
 * The edges to drop so that nobody waits for itself. `touched` are the tasks that a side has changed: every circle runs
 * through one of them. `wasThere` says whether the base had an edge: such an edge closed no circle, so it stays.
 */
export function edgesToDrop(
  merged: TaskTable,
  touched: readonly TaskId[],
  wasThere: (edge: HeldEdge) => boolean,
): HeldEdge[] {
  const table = merged.clone();
  const rows = touched.map((id) => table.rowOf(id)).filter((row) => row !== NONE);
  const dropped: HeldEdge[] = [];
  for (let circle = findCycle(table, rows); circle !== undefined; circle = findCycle(table, rows)) {
    const edges = edgesOf(
      table,
      circle.map((row) => table.id(row)),
    );
    const [edge] = edges.sort(byChoice(wasThere));
    if (edge === undefined) throw new RangeError('BUG: a circle has edges');
    dropped.push(edge);
    const { parent, ...summary } = table.summary(table.rowOf(edge.holder));
    const without =
      edge.kind === 'parent'
        ? summary
        : { ...summary, ...(parent !== undefined && { parent }), blockedBy: leaving(summary.blockedBy, edge.target) };
    table.upsertAll([without]);
  }
  return dropped;
}

/** The task without these edges of its, each kept as a conflict. */
export function withoutEdges(task: Task, edges: readonly HeldEdge[]): Task {
  // What a task no longer waits for it cannot review either: that is lost as well, and said.
  const lost = edges.flatMap(({ kind, target }): { readonly field: string; readonly target: TaskId }[] => {
    const isReview = kind === 'blockedBy' && task.reviews.includes(target);
    return [{ field: kind, target }, ...(isReview ? [{ field: 'reviews', target }] : [])];
  });
  const conflicts = lost.map(({ field, target }) =>
    conflictOf(field, { value: undefined, other: target, base: undefined }),
  );
  const all = [...task.conflicts, ...conflicts].map((conflict): JsonValue => ({ ...conflict }));
  const gone = new Set(edges.filter(({ kind }) => kind === 'blockedBy').map(({ target }) => target));
  const { parent, ...rest } = task;
  return {
    ...rest,
    ...(parent !== undefined && !edges.some(({ kind }) => kind === 'parent') && { parent }),
    blockedBy: task.blockedBy.filter((id) => !gone.has(id)),
    reviews: task.reviews.filter((id) => !gone.has(id)),
    conflicts: mergeRecords({ base: [], x: all, y: [] }) as unknown as Conflict[],
  };
}

function leaving(ids: readonly TaskId[], id: TaskId): TaskId[] {
  return ids.filter((other) => other !== id);
}

/** The edges along a circle, each as the field that makes it: a task waits for its blockers, a parent for its children. */
function edgesOf(table: TaskTable, circle: readonly TaskId[]): HeldEdge[] {
  return circle.map((waiting, i): HeldEdge => {
    const awaited = circle[(i + 1) % circle.length] ?? waiting;
    const isBlocker = table.summary(table.rowOf(waiting)).blockedBy.includes(awaited);
    if (isBlocker) return { holder: waiting, target: awaited, kind: 'blockedBy' };
    return { holder: awaited, target: waiting, kind: 'parent' };
  });
}

/** New edges before old ones, blockers before parents (structure is worth more than order), then by the ids. */
function byChoice(wasThere: (edge: HeldEdge) => boolean): (a: HeldEdge, b: HeldEdge) => number {
  const key = (edge: HeldEdge): string => [wasThere(edge) ? 1 : 0, edge.kind, edge.holder, edge.target].join(' ');
  return (a, b) => (key(a) < key(b) ? -1 : 1);
}
