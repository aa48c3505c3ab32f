/**
 * Two innocent edits can close a circle that neither side had: `a` waits for `b` here, `b` for `a` there. One edge of it is
 * dropped, the same one in every clone, and kept as a conflict of the task that waited. Pure.
 */
import { findCycle } from '../graph/walk.ts';
import { NONE, TaskTable } from '../graph/table.ts';
import { summaryOf } from '../task/summary.ts';
import type { Task, TaskId } from '../task/types.ts';
import { canonicalJson, conflictOf } from './decision.ts';

/** An edge as its task holds it. */
interface Edge {
  readonly holder: TaskId;
  readonly target: TaskId;
  readonly kind: 'blockedBy' | 'parent';
}

/**
 * The tasks that have to give up an edge, as they are without it. `table` has the merged state of all tasks; `merged` are
 * the tasks that the merge has touched, by id; `wasThere` says whether the base had an edge: an edge that was there
 * before closed no circle, so it is kept where another can go.
 */
export function breakCircles(
  table: TaskTable,
  merged: ReadonlyMap<TaskId, Task>,
  wasThere: (holder: TaskId, target: TaskId) => boolean,
): Map<TaskId, Task> {
  const changed = new Map<TaskId, Task>();
  const rows = [...merged.keys()].map((id) => table.rowOf(id)).filter((row) => row !== NONE);
  for (;;) {
    const circle = findCycle(table, rows);
    if (circle === undefined) return changed;
    const edges = edgesOf(table, circle.map((row) => table.id(row)));
    // Only a touched task can have closed the circle, and only touched tasks are at hand.
    const candidates = edges.filter(({ holder }) => merged.has(holder));
    const edge = candidates.sort(byChoice(wasThere))[0];
    const task = edge && (changed.get(edge.holder) ?? merged.get(edge.holder));
    if (edge === undefined || task === undefined) throw new RangeError('BUG: a merge closed a circle without an edge');
    const without = dropEdge(task, edge);
    changed.set(task.id, without);
    table.upsertAll([summaryOf(without)]);
  }
}

/** The edges along a circle, each as the field that makes it: a task waits for its blockers, a parent for its children. */
function edgesOf(table: TaskTable, circle: readonly TaskId[]): Edge[] {
  return circle.flatMap((waiting, i): Edge[] => {
    const awaited = circle[(i + 1) % circle.length] ?? waiting;
    const blockers = table.summary(table.rowOf(waiting)).blockedBy;
    if (blockers.includes(awaited)) return [{ holder: waiting, target: awaited, kind: 'blockedBy' }];
    return [{ holder: awaited, target: waiting, kind: 'parent' }];
  });
}

/** New edges before old ones, blockers before parents (structure is worth more than order), then by the ids. */
function byChoice(wasThere: (holder: TaskId, target: TaskId) => boolean): (a: Edge, b: Edge) => number {
  const key = (edge: Edge): string =>
    [wasThere(edge.holder, edge.target) ? 1 : 0, edge.kind, edge.holder, edge.target].join(' ');
  return (a, b) => (key(a) < key(b) ? -1 : 1);
}

function dropEdge(task: Task, { target, kind }: Edge): Task {
  const conflict =
    kind === 'parent'
      ? conflictOf('parent', { value: undefined, other: target, base: undefined })
      : conflictOf('blockedBy', { value: undefined, other: target, base: undefined });
  const known = task.conflicts.some((other) => canonicalJson({ ...other }) === canonicalJson({ ...conflict }));
  const conflicts = known ? task.conflicts : [...task.conflicts, conflict];
  const sorted = [...conflicts].sort((a, b) => (canonicalJson({ ...a }) < canonicalJson({ ...b }) ? -1 : 1));
  if (kind === 'blockedBy') {
    return { ...task, blockedBy: task.blockedBy.filter((id) => id !== target), conflicts: sorted };
  }
  const { parent: _parent, ...rest } = task;
  return { ...rest, conflicts: sorted };
}
